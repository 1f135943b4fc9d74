// The same training with a step of each lowering, and how far apart they come.
import { type OptimizerOptions, resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { compileEvaluation } from '../../packages/engine/src/compile/evaluation.js';
import { compileTrainStep, type TrainStepOptions } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { streamKey, uint32At } from '../../packages/engine/src/random/counter.js';
import { evaluateOnce } from './evaluation-run.js';
import type { Result } from './session.js';
import { type Batch, hasBlocks, TrainingRun } from './training-run.js';

const SEED = 23;
/** A weight that moves by less is compared by its difference alone. */
const SMALL = 1e-3;

export type TrainingOptions = Partial<Omit<TrainStepOptions, 'optimizer' | 'loss'>> & {
  readonly optimizer?: OptimizerOptions;
  readonly loss?: Parameters<typeof resolveLoss>[0];
  readonly rate?: number;
  readonly runs?: number;
};

export interface Trained {
  readonly losses: readonly number[];
  readonly predictions: Float64Array;
  readonly initial: ReadonlyMap<string, Float32Array>;
  readonly state: ReadonlyMap<string, Float64Array>;
  readonly hasBlocks: boolean;
}

export async function train(model: Model, block: number | null, options: TrainingOptions = {}): Promise<Trained> {
  const { rate = 1, runs = 1, optimizer = { type: 'sgd' }, loss = 'categorical_crossentropy', ...others } = options;
  const step = compileTrainStep(model, {
    batchSize: 5,
    preprocessing: preprocessingFor(model),
    stepsPerRun: 1,
    ...others,
    optimizer: resolveOptimizer({ learning_rate: rate, ...optimizer }),
    loss: resolveLoss(loss),
    block,
  });
  const initial = initialParameters(model, SEED);
  const run = await TrainingRun.open(step, initial, SEED);
  const losses: number[] = [];
  let predictions: Float64Array = new Float64Array();
  for (let i = 0; i < runs; i++) {
    const results = await run.run(batchOf(step, i, model.classes), rate);
    losses.push(...results.losses);
    predictions = results.predictions;
  }
  await run.release();
  return { losses, predictions, initial, state: run.state, hasBlocks: hasBlocks(step) };
}

/** One batch, with the weights that a training starts from. */
export async function evaluate(
  model: Model,
  block: number | null,
): Promise<{ hasBlocks: boolean; results: Readonly<Record<string, Result>> }> {
  const graph = compileEvaluation(model, {
    batchSize: 3,
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor(model),
    block,
  });
  const [images, labels] = [graph.images, graph.labels].map(({ shape }) => sizeOf(shape));
  const results = await evaluateOnce(graph, {
    images: drawn(images, 256, 0),
    labels: drawn(labels, model.classes, 1),
    weights: initialParameters(model, SEED),
  });
  return { hasBlocks: hasBlocks(graph), results };
}

function preprocessingFor({ image: { channels } }: Model) {
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return { scale: each(1 / 64), offset: each(-1) };
}

function drawn(size: number, modulus: number, ...streams: number[]): number[] {
  const key = streamKey(SEED, ...streams);
  return Array.from({ length: size }, (_, i) => (uint32At(key, i) >>> 8) % modulus);
}

/** The last of several rows of each step fills it up. */
function batchOf({ images, labels, weights, mixture, batchSize }: Compiled, run: number, classes: number): Batch {
  const count = sizeOf(labels.shape);
  return {
    images: drawn(sizeOf(images.shape), 256, run, 0),
    labels: drawn(count, classes, run, 1),
    weights: Array.from({ length: sizeOf(weights.shape) }, (_, i) =>
      batchSize > 1 && i % batchSize === batchSize - 1 ? 0 : 1,
    ),
    ...(mixture
      ? { otherLabels: drawn(count, classes, run, 2), shares: drawn(count, 100, run, 3).map((share) => share / 100) }
      : {}),
  };
}

type Compiled = ReturnType<typeof compileTrainStep>;

/** The largest difference of a tensor of the state, as a share of what the training moved that tensor by. */
export function farthestTensor(found: Trained, expected: Trained): { name: string; error: number } {
  const errors = [...expected.state].map(([name, values]) => {
    const others = found.state.get(name) ?? new Float64Array();
    const start = expected.initial.get(name.replace(/^average\//, ''));
    let difference = values.length === others.length ? 0 : Number.POSITIVE_INFINITY;
    let moved = SMALL;
    values.forEach((value, i) => {
      const apart = Math.abs(value - others[i]);
      difference = apart <= Number.MAX_VALUE ? Math.max(difference, apart) : Number.POSITIVE_INFINITY;
      moved = Math.max(moved, Math.abs(value - (start?.[i] ?? 0)));
    });
    return { name, error: difference / moved };
  });
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}
