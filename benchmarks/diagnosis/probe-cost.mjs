// `npm run bench:probe-cost`: what looks into the network cost a training, as CPU time with them over CPU time without.
import process from 'node:process';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { fitArrays } from '../fit-arrays.mjs';
import { LEARNING_MODELS } from '../learning/models.mjs';
import { CLASSES, networkOf, noise } from '../noise.mjs';
import { writeResult } from '../report.mjs';

/** Pairs of trainings, in turn with and without looks; the median of their ratios counts. */
const REPEATS = 3;

const MNIST = /** @type {const} */ ({ width: 28, height: 28, channels: 1 });

const CASES = [
  ...LEARNING_MODELS.map(({ name, layers }) => ({ name, spec: { layers }, image: MNIST, images: 6000, epochs: 4 })),
  { name: 'lenet5', ...networkOf('lenet5'), images: 12_000, epochs: 6 },
  { name: 'resnet8', ...networkOf('resnet8'), images: 1500, epochs: 3 },
];

/** @param {typeof CASES[number]} training @param {boolean} probed */
async function cpuSeconds({ spec, image, images, epochs }, probed) {
  let looks = 0;
  const before = process.cpuUsage();
  await fitArrays({
    spec,
    image,
    classes: CLASSES,
    options: { epochs, batch_size: 64 },
    data: { splits: { train: noise(images), validation: noise(64), test: noise(0) } },
    threads: 1,
    probed,
    onProbe() {
      looks++;
    },
  });
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, looks };
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toFixed(4));
}

keepLargeBlocksMapped();
const rows = [];
for (const training of CASES) {
  await cpuSeconds({ ...training, images: 256, epochs: 1 }, true);
  const ratios = [];
  let looks = 0;
  let seconds = 0;
  for (let i = 0; i < REPEATS; i++) {
    const without = await cpuSeconds(training, false);
    const withLooks = await cpuSeconds(training, true);
    ratios.push(withLooks.seconds / without.seconds - 1);
    ({ looks } = withLooks);
    ({ seconds } = without);
  }
  const { name, images, epochs } = training;
  const row = {
    name,
    images,
    epochs,
    looks,
    cpu_seconds: rounded(seconds),
    cost: rounded(median(ratios)),
    costs: ratios.map(rounded),
  };
  rows.push(row);
  process.stdout.write(
    `${name}: ${looks} looks, ${(100 * row.cost).toFixed(1)} % of ${seconds.toFixed(1)} CPU seconds (${row.costs})\n`,
  );
}
writeResult('probe-cost', { limit: 0.03, rows });
