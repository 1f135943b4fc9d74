// Trains a preset for some steps in a process of its own and prints, as one line of JSON, what memory that took.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { buildModel, parseModelSpec, presets, summarizeModel } from '@trainyard/engine';
import { blockedLanes, keepLargeBlocksMapped } from '@trainyard/runtime';
import { fitArrays, planFor } from '../fit-arrays.mjs';

const CLASSES = Array.from({ length: 10 }, (_, i) => `class ${i}`);
/** The arena's layout settles with a session's second run; the single step that is left over comes once an epoch. */
const EPOCHS = 2;
/** Only bounds how many steps a run may have. */
const MANY_STEPS = 1000;
/** Images of the validation split: more than one batch of an evaluation. */
const VALIDATION_IMAGES = 150;

/**
 * Images of noise with labels in turn.
 *
 * @param {number} count @returns {import('@trainyard/runtime').TrainingSplit}
 */
function noise(count) {
  return {
    count,
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES.length),
    readImages(_indices, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.imul(i, 2654435761) >>> 24;
    },
  };
}

/** Most bytes that were resident at once. Linux' `maxRSS` may be the parent's, so its own counter comes first. */
function peakBytes() {
  const status = '/proc/self/status';
  const line = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) : null;
  return 1024 * (line ? Number(line[1]) : process.resourceUsage().maxRSS);
}

/** @param {string} name @param {number} batchSize @param {number} threads @param {string} lowering */
async function measure(name, batchSize, threads, lowering) {
  const { spec } = presets[name];
  const image = spec.input;
  const model = buildModel(parseModelSpec(spec), { image, classes: CLASSES.length });
  const block = lowering === 'blocked' ? await blockedLanes() : null;
  if (lowering === 'blocked' && block === null) throw new Error('onnxruntime has no blocked layout here.');
  const { memory_bytes } = summarizeModel(model, batchSize, undefined, [block]);
  const { steps_per_run } = planFor(model, { threads, batchSize, stepsPerEpoch: MANY_STEPS, block });
  // Two full runs and one step that is left over.
  const steps = 2 * steps_per_run + 1;
  const validation = noise(Math.max(VALIDATION_IMAGES, batchSize));
  await fitArrays({
    spec,
    image,
    classes: CLASSES,
    options: { epochs: EPOCHS, batch_size: batchSize, optimizer: { type: 'adam' } },
    data: { splits: { train: noise(steps * batchSize), validation, test: noise(0) } },
    threads,
    block,
  });
  return {
    model: name,
    lowering,
    batch_size: batchSize,
    steps_per_run,
    estimated: memory_bytes.peak,
    measured: peakBytes(),
  };
}

keepLargeBlocksMapped();
const [name, batchSize, threads, lowering] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure(name, Number(batchSize), Number(threads), lowering))}\n`);
