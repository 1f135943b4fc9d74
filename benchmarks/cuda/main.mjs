// `npm run bench:cuda`: whether a machine's CUDA does what the CPU does, and how fast. For each network: which nodes are not on
// CUDA, the largest difference of the loss over some steps, and images a second for several numbers of steps in a run.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { probeDevice } from '@trainyard/runtime';
import { writeResult } from '../report.mjs';
import { median } from '../statistics.mjs';
import { TRAIN_MODELS } from '../train/models.mjs';
import { inChild, readPlacement } from './in-child.mjs';

const USAGE = `npm run bench:cuda -- [--models ${TRAIN_MODELS.map(({ name }) => name).join(',')}]
    [--steps 100] [--steps-per-run 1,8,32,128] [--runs 10] [--threads 2]
  --steps  over which the losses of the CPU and of CUDA are compared
  --runs   of each number of steps that are timed, behind two that are not
`;
const WARM_UP_RUNS = 2;
/** Steps over which two losses are still the same but for rounding: later ones are of weights that have grown apart. */
const FIRST_STEPS = 10;

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: 'course,resnet8,resnet20,mobilenet' },
      steps: { type: 'string', default: '100' },
      'steps-per-run': { type: 'string', default: '1,8,32,128' },
      runs: { type: 'string', default: '10' },
      threads: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    models: values.models.split(','),
    steps: Number(values.steps),
    sizes: values['steps-per-run'].split(',').map(Number),
    runs: Number(values.runs),
    threads: Number(values.threads),
  };
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function largestDifference(a, b) {
  return a.reduce((largest, loss, i) => Math.max(largest, Math.abs(loss - b[i])), 0);
}

/** Of one network: the losses of the CPU and of CUDA, with TF32 and without. @param {string} model @param {ReturnType<typeof readOptions>} options */
async function compareLosses(model, { steps, threads }) {
  const task = { model, stepsPerRun: 1, steps, threads };
  const cpu = await inChild({ ...task, device: 'cpu' });
  const tf32 = await inChild({ ...task, device: 'cuda' });
  const float32 = await inChild({ ...task, device: 'cuda' }, { NVIDIA_TF32_OVERRIDE: '0' });
  const again = await inChild({ ...task, device: 'cuda' });
  const half = await inChild({ ...task, device: 'cuda', precision: 'mixed_float16' });
  const compared = (/** @type {{ result: any }} */ { result }, /** @type {{ result: any }} */ other) => ({
    first_steps: largestDifference(result.losses.slice(0, FIRST_STEPS), other.result.losses.slice(0, FIRST_STEPS)),
    all_steps: largestDifference(result.losses, other.result.losses),
  });
  return {
    steps,
    loss: { first: cpu.result.losses[0], last: cpu.result.losses[steps - 1] },
    tf32_and_cpu: compared(tf32, cpu),
    float32_and_cpu: compared(float32, cpu),
    mixed_float16_and_cpu: compared(half, cpu),
    two_runs_with_tf32: compared(tf32, again),
  };
}

/**
 * Images a second of each number of steps in a run.
 *
 * @param {string} model @param {ReturnType<typeof readOptions>} options @param {import('@trainyard/contracts').Precision} precision
 */
async function timeSizes(model, { sizes, runs, threads }, precision) {
  const timed = [];
  for (const stepsPerRun of sizes) {
    const steps = stepsPerRun * (runs + WARM_UP_RUNS);
    const { result } = await inChild({ model, device: 'cuda', stepsPerRun, steps, threads, precision });
    const seconds = result.seconds.slice(WARM_UP_RUNS);
    const images = result.batchSize * stepsPerRun;
    timed.push({
      steps_per_run: stepsPerRun,
      images_per_s: Math.round(images / median(seconds)),
      step_ms: (median(seconds) * 1000) / stepsPerRun,
      first_run_s: result.seconds[0],
    });
    say(`  ${precision}, ${stepsPerRun} steps a run: ${timed.at(-1)?.images_per_s} images/s`);
  }
  return timed;
}

/** The first GPU and its driver, as NVIDIA's own tool names them; null without it. */
function gpu() {
  try {
    const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
    return execFileSync('nvidia-smi', query, { encoding: 'utf8' }).trim().split('\n')[0];
  } catch {
    return null;
  }
}

async function main() {
  const options = readOptions();
  if (options.help) return say(USAGE);
  try {
    await probeDevice('cuda');
  } catch (error) {
    say(
      `There is nothing to measure: ${error instanceof Error ? error.message : error}. docs/cuda.md says what it takes.`,
    );
    process.exitCode = 1;
    return;
  }
  const results = [];
  for (const model of options.models) {
    say(`\n${model}`);
    const task = { model, stepsPerRun: 8, steps: 0, threads: options.threads };
    const { stderr } = await inChild({ ...task, device: 'cuda', placement: true });
    const placement = readPlacement(stderr);
    say(
      `  ${placement.cuda} nodes on CUDA, ${placement.elsewhere.length} elsewhere, ${placement.copies} copies between them`,
    );
    for (const node of placement.elsewhere) say(`    ${node}`);
    const losses = await compareLosses(model, options);
    say(`  largest difference of the loss from the CPU's over ${losses.steps} steps: ${losses.tf32_and_cpu.all_steps}`);
    const timed = {
      float32: await timeSizes(model, options, 'float32'),
      mixed_float16: await timeSizes(model, options, 'mixed_float16'),
    };
    results.push({ model, placement, losses, timed });
  }
  writeResult('cuda', { gpu: gpu(), results });
}

await main();
