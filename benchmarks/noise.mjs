// Data of noise, of a size at which a training takes a given time.
import { presets } from '@trainyard/engine';
import { fitArrays } from './fit-arrays.mjs';

export const CLASSES = Array.from({ length: 10 }, (_, i) => `class ${i}`);

/** Images of the training by which the speed of a network is measured: enough for its slow beginning to count little. */
const TRIAL_BATCHES = 24;

/**
 * Images of noise with labels in turn.
 *
 * @param {number} count @returns {import('@trainyard/runtime').TrainingSplit}
 */
export function noise(count) {
  return {
    count,
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES.length),
    readImages(_indices, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.imul(i, 2654435761) >>> 24;
    },
  };
}

/** @param {number} train @returns {import('@trainyard/runtime').TrainingData} With splits of 8, 1 and 1 tenths. */
export function noiseData(train) {
  const eighth = Math.ceil(train / 8);
  return { splits: { train: noise(train), validation: noise(eighth), test: noise(eighth) } };
}

/** @param {string} name Of a preset @returns {{ spec: object, image: import('@trainyard/contracts').ImageSize }} */
export function networkOf(name) {
  const { spec } = presets[name];
  if (!spec.input) throw new Error(`The preset ${name} has no size of its own`);
  return { spec, image: spec.input };
}

/**
 * How many images make an epoch that lasts about `seconds`: by a short training on this machine.
 *
 * @param {string} name @param {{ seconds: number, batchSize: number, threads: number }} options
 */
export async function imagesFor(name, { seconds, batchSize, threads }) {
  let speed = 0;
  await fitArrays({
    ...networkOf(name),
    classes: CLASSES,
    options: { epochs: 2, batch_size: batchSize },
    data: { splits: { train: noise(TRIAL_BATCHES * batchSize), validation: noise(0), test: noise(0) } },
    threads,
    onEpoch({ images_per_s }) {
      speed = images_per_s;
    },
  });
  return Math.max(batchSize, Math.round((speed * seconds) / batchSize) * batchSize);
}
