/** A checkpoint as an ONNX file for inference. */
import {
  buildModel,
  compilePredictor,
  parseModelSpec,
  preprocessingFor,
  readSafetensors,
  summarizeModel,
} from '@trainyard/engine';
import type { CompileRequest } from './compile-request.js';

export function compileCheckpoint({
  checkpoint,
  spec,
  normalization,
  dataset,
}: CompileRequest): Uint8Array<ArrayBuffer> {
  const { classes: labels, image, fit, stats } = dataset;
  const model = buildModel(parseModelSpec(spec), { image, classes: labels.length });
  const { tensors } = readSafetensors(checkpoint);
  const { onnx } = compilePredictor(model, {
    parameters: new Map([...tensors].map(([name, { data }]) => [name, data])),
    preprocessing: preprocessingFor(normalization, stats, summarizeModel(model, 1).image.channels),
    labels,
    fit,
    metadata: { producer: 'trainyard' },
  });
  return onnx;
}
