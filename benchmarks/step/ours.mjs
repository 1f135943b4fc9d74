// Times our training step on request: each line on standard input holds a number of runs, each line on standard output
// the milliseconds of a step in each of them. Ends at 0 or at the end of the input. The first line tells of the setup.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { buildModel, compileTrainStep, initialParameters, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { keepLargeBlocksMapped, StepRunner, TrainState } from '@trainyard/runtime';
import { planFor } from '../fit-arrays.mjs';
import { STEP_MODELS } from './models.mjs';

const CLASSES = 10;
const WARM_UP_RUNS = 5;
/** Only bounds how many steps a run may have. */
const MANY_STEPS = 1000;
/** Tiny, as the peer's: a batch that is learnt by heart drifts into denormal numbers, which are slow. */
const LEARNING_RATE = 1e-7;

/** @param {import('./models.mjs').StepModel} chosen @param {number} threads @param {number | null} stepsPerRun */
async function open({ layers, image, batchSize }, threads, stepsPerRun) {
  const startedAt = performance.now();
  const model = buildModel(parseModelSpec({ layers }), { image, classes: CLASSES });
  const plan = planFor(model, { threads, batchSize, stepsPerEpoch: MANY_STEPS });
  const compiledFrom = performance.now();
  const step = compileTrainStep(model, {
    batchSize,
    optimizer: resolveOptimizer({ type: 'adam' }),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor('unit', { mean: [], std: [] }, image.channels),
    stepsPerRun: stepsPerRun ?? plan.steps_per_run,
  });
  const compiledAt = performance.now();
  const runner = await StepRunner.open(step, plan);
  const openedAt = performance.now();
  const setup = {
    steps_per_run: step.stepsPerRun,
    plan_ms: rounded(compiledFrom - startedAt),
    compile_ms: rounded(compiledAt - compiledFrom),
    session_ms: rounded(openedAt - compiledAt),
  };
  return { runner, state: new TrainState(step.state, initialParameters(model, 0)), setup };
}

/** @param {StepRunner} runner */
function fillWithNoise({ buffers }) {
  for (const { images, labels, weights } of buffers) {
    for (let i = 0; i < images.length; i++) images[i] = Math.imul(i, 2654435761) >>> 24;
    for (let i = 0; i < labels.length; i++) labels[i] = (i * 7) % CLASSES;
    weights.fill(1);
  }
}

/** @param {number} milliseconds */
function rounded(milliseconds) {
  return Math.round(milliseconds * 1000) / 1000;
}

async function main() {
  const [name, threads, stepsPerRun] = process.argv.slice(2);
  const chosen = STEP_MODELS.find((model) => model.name === name);
  if (!chosen)
    throw new RangeError(`expected one of ${STEP_MODELS.map((model) => model.name).join(', ')}; received ${name}`);
  keepLargeBlocksMapped();
  const { runner, state, setup } = await open(chosen, Number(threads), stepsPerRun ? Number(stepsPerRun) : null);
  fillWithNoise(runner);
  let run = 0;
  const timed = async () => {
    const position = { firstStep: run * runner.step.stepsPerRun + 1, seed: 0, learningRate: () => LEARNING_RATE };
    const startedAt = performance.now();
    await runner.run(state, runner.buffers[run % 2], position);
    const milliseconds = performance.now() - startedAt;
    run += 1;
    await nextTurn();
    return milliseconds / runner.step.stepsPerRun;
  };
  for (let i = 0; i < WARM_UP_RUNS; i++) await timed();
  process.stdout.write(`ready ${JSON.stringify(setup)}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const times = [];
    for (let i = Number(line); i > 0; i--) times.push(rounded(await timed()));
    if (times.length === 0) break;
    process.stdout.write(`${times.join(' ')}\n`);
  }
  await runner.release();
}

await main();
