// Trains one epoch on request: each line on standard input asks for one, each line on standard output holds its
// milliseconds and those of the processor. Ends with the input. The first line tells of the setup.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { fitArrays } from '../fit-arrays.mjs';
import { trainModel } from '../train/models.mjs';
import { POLICIES } from './policies.mjs';

const CLASSES = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const WARM_UP_EPOCHS = 2;
/** Tiny, so that no batch is learnt by heart: denormal numbers are slow. */
const LEARNING_RATE = 1e-7;

/** Images that lie in memory. @param {number} count @param {number} bytes @returns {import('@trainyard/runtime').TrainingSplit} */
function imagesInMemory(count, bytes) {
  const images = Uint8Array.from({ length: count * bytes }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  return {
    count,
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES.length),
    readImages(indices, out) {
      for (let row = 0; row < indices.length; row++) {
        out.set(images.subarray(indices[row] * bytes, (indices[row] + 1) * bytes), row * bytes);
      }
    },
  };
}

/** What is asked for: an epoch for each line. */
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** @param {string} name @param {string} policy @param {number} threads @param {number} batches */
async function main(name, policy, threads, batches) {
  if (!POLICIES[policy]) throw new RangeError(`there is no policy ${policy}`);
  keepLargeBlocksMapped();
  const { layers, image, batchSize } = trainModel(name);
  const bytes = image.width * image.height * image.channels;
  let epochs = 0;
  let [startedAt, usedBefore] = [0, process.cpuUsage()];
  await fitArrays({
    spec: { layers },
    image,
    classes: CLASSES,
    threads,
    data: {
      splits: {
        train: imagesInMemory(batches * batchSize, bytes),
        validation: imagesInMemory(0, bytes),
        test: imagesInMemory(0, bytes),
      },
    },
    options: {
      epochs: 100_000,
      batch_size: batchSize,
      optimizer: { type: 'adam', learning_rate: LEARNING_RATE },
      checkpoints: { every_epochs: 100_000, every_seconds: 86_400 },
      augmentation: POLICIES[policy](image.channels),
    },
    async onEpoch() {
      const milliseconds = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(usedBefore);
      epochs += 1;
      if (epochs === WARM_UP_EPOCHS) process.stdout.write(`ready ${JSON.stringify({ images: batches * batchSize })}\n`);
      if (epochs > WARM_UP_EPOCHS) process.stdout.write(`${milliseconds} ${(user + system) / 1000}\n`);
      if (epochs >= WARM_UP_EPOCHS && (await lines.next()).done) process.exit(0);
      [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
    },
  });
}

const [name, policy, threads, batches] = process.argv.slice(2);
await main(name, policy, Number(threads), Number(batches));
