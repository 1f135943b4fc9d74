/** A checkpoint as an ONNX file for inference. */
import { compileTrainedPredictor, readSafetensors } from '@trainyard/engine';
import type { CompileRequest } from './compile-request.js';

export function compileCheckpoint({ checkpoint, ...trained }: CompileRequest): Uint8Array<ArrayBuffer> {
  return compileTrainedPredictor(trained, readSafetensors(checkpoint).tensors).graph.onnx;
}
