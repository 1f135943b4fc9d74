// Predictions from pixels: `served` as an endpoint runs the exported file, `exported` as a program of one's own would, whose
// session keeps its threads awake between runs.
import { compilePredictor, initialParameters } from '@trainyard/engine';
import { createSession, Predictor, uint8Tensor } from '@trainyard/runtime';
import { CLASSES, fillWithNoise, networkOf } from './our-network.mjs';

const FIT = /** @type {const} */ ('cover');
const SEED = 0;

/**
 * @param {import('./models.mjs').TrainModel} model @param {{ batchSize: number, threads: number, setting: string }} options
 * @returns {Promise<import('./ours.mjs').Timed>}
 */
export async function openPrediction(model, { batchSize, threads, setting }) {
  const { network, preprocessing } = networkOf(model);
  const parameters = initialParameters(network, SEED);
  const graph = compilePredictor(network, { parameters, preprocessing, labels: CLASSES, fit: FIT });
  const { width, height, channels } = model.image;
  const pixels = new Uint8Array(batchSize * width * height * channels);
  fillWithNoise(pixels);
  if (setting === 'served') {
    const { task } = network.head;
    const compiled = { graph, image: { ...model.image, fit: FIT }, labels: CLASSES, task };
    const predictor = await Predictor.open(compiled, { device: 'cpu', threads });
    const run = async () => void (await predictor.predict(pixels, batchSize));
    return { run, stepsPerRun: 1, about: {}, release: () => predictor.release() };
  }
  const session = await createSession(graph.onnx, { device: 'cpu', threads });
  const images = uint8Tensor(pixels, [batchSize, height, width, channels]);
  const run = async () => void (await session.run({ [graph.image.name]: images }, [graph.output]));
  return { run, stepsPerRun: 1, about: {}, release: () => session.release() };
}
