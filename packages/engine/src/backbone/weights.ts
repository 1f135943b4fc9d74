/** The weights of a backbone, out of its ONNX file. */
import { readOnnxModel } from '../onnx/read-model.js';
import { floatsOf } from '../onnx/read-tensor.js';
import type { BackboneGraph } from './graph.js';
import { backboneTensors } from './import.js';

/**
 * float32 by the names of `graph.parameters`.
 *
 * @param file the bytes of the ONNX file that `graph` was read from
 * @throws TrainyardError `invalid_backbone`; RangeError where it is another file
 */
export function backboneWeights(graph: BackboneGraph, file: Uint8Array): Map<string, Float32Array<ArrayBuffer>> {
  const tensors = backboneTensors(readOnnxModel(file));
  return new Map(
    graph.parameters.map(({ name, shape }) => {
      const tensor = tensors.get(name);
      if (tensor && tensor.shape.join() === shape.join()) return [name, floatsOf(tensor)];
      throw new RangeError(`Expected the weight ${name} [${shape}] in the ONNX file; received another file`);
    }),
  );
}
