// `npm run bench:probe-cost`: what looks into the network cost a training: CPU time spent in them, compiling included, over
// that of all the rest.
import process from 'node:process';
import { keepLargeBlocksMapped, NetworkProbe } from '@trainyard/runtime';
import { fitArrays } from '../fit-arrays.mjs';
import { LEARNING_MODELS } from '../learning/models.mjs';
import { CLASSES, networkOf, noise } from '../noise.mjs';
import { writeResult } from '../report.mjs';

const MNIST = /** @type {const} */ ({ width: 28, height: 28, channels: 1 });

const CASES = [
  ...LEARNING_MODELS.map(({ name, layers }) => ({ name, spec: { layers }, image: MNIST, images: 6000, epochs: 8 })),
  { name: 'lenet5', ...networkOf('lenet5'), images: 12_000, epochs: 12 },
  { name: 'resnet8', ...networkOf('resnet8'), images: 3000, epochs: 6 },
];

let lookSeconds = 0;
let looks = 0;

/** Adds the CPU time of a call to that of the looks. @template T @param {() => Promise<T>} call */
async function counted(call) {
  const before = process.cpuUsage();
  const result = await call();
  lookSeconds += secondsSince(before);
  return result;
}

/** @param {NodeJS.CpuUsage} before */
function secondsSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const { open } = NetworkProbe;
NetworkProbe.open = (options) => counted(() => open.call(NetworkProbe, options));
const { look } = NetworkProbe.prototype;
NetworkProbe.prototype.look = function (...given) {
  looks++;
  return counted(() => look.apply(this, given));
};

/** @param {typeof CASES[number]} training */
async function train({ spec, image, images, epochs }) {
  lookSeconds = 0;
  looks = 0;
  const before = process.cpuUsage();
  await fitArrays({
    spec,
    image,
    classes: CLASSES,
    options: { epochs, batch_size: 64 },
    data: { splits: { train: noise(images), validation: noise(64), test: noise(0) } },
    threads: 1,
    probed: true,
  });
  return secondsSince(before);
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toFixed(4));
}

keepLargeBlocksMapped();
const rows = [];
for (const training of CASES) {
  await train({ ...training, images: 256, epochs: 1 });
  const seconds = await train(training);
  const { name, images, epochs } = training;
  const cost = lookSeconds / (seconds - lookSeconds);
  rows.push({
    name,
    images,
    epochs,
    looks,
    cpu_seconds: rounded(seconds),
    look_seconds: rounded(lookSeconds),
    cost: rounded(cost),
  });
  process.stdout.write(`${name}: ${looks} looks, ${(100 * cost).toFixed(1)} % of ${seconds.toFixed(1)} CPU seconds\n`);
}
writeResult('probe-cost', { limit: 0.03, rows });
