/** The model of the page: onnxruntime in WebAssembly, one thread, nothing fetched. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Pixels } from './resample.js';

export interface Classifier {
  /** The outputs for one image: probabilities, or the values of a regression. */
  predict(pixels: Pixels): Promise<Float32Array>;
}

/** @param runtime onnxruntime's WebAssembly @param model the ONNX file */
export async function openClassifier(runtime: ArrayBuffer, model: Uint8Array<ArrayBuffer>): Promise<Classifier> {
  env.logLevel = 'error';
  env.wasm.numThreads = 1;
  env.wasm.wasmBinary = runtime;
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    async predict({ width, height, channels, data }) {
      const image = new Tensor('uint8', data, [1, height, width, channels]);
      const { data: outputs } = (await session.run({ [input]: image }))[output];
      if (outputs instanceof Float32Array) return outputs;
      throw new TypeError('The model gives other numbers than float32.');
    },
  };
}
