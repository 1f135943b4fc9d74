// A network of the benchmark as the engine builds it, and what it is trained and asked with.
import { buildModel, parseModelSpec, preprocessingFor } from '@trainyard/engine';

export const CLASSES = Array.from({ length: 10 }, (_, i) => `class ${i}`);

/** @param {import('./models.mjs').TrainModel} model */
export function networkOf({ layers, image }) {
  const network = buildModel(parseModelSpec({ layers }), { image, classes: CLASSES.length });
  return { network, preprocessing: preprocessingFor('unit', { mean: [], std: [] }, image.channels) };
}

/** Weights that a training changes, as peers count them. @param {import('./models.mjs').TrainModel} model */
export function trainedParameters(model) {
  return networkOf(model).network.parameters.reduce(
    (sum, { shape, trainable }) => sum + (trainable === false ? 0 : shape.reduce((size, side) => size * side, 1)),
    0,
  );
}

/** Fills pixels with what no step can learn. @param {Uint8Array} pixels */
export function fillWithNoise(pixels) {
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(i, 2654435761) >>> 24;
}
