// The trainings that oracles/torch_curves.py stored, and the same trainings by the compiler.
import { readFileSync } from 'node:fs';
import { type OptimizerOptions, resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { compileEvaluation } from '../../packages/engine/src/compile/evaluation.js';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { evaluateOnce } from './evaluation-run.js';
import { oracleImages, oracleWeights } from './oracle-generator.js';
import type { Numbers } from './session.js';
import { TrainingRun } from './training-run.js';

interface OracleModel {
  readonly spec: {
    readonly input: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
    readonly layers: readonly Readonly<Record<string, unknown>>[];
  };
  readonly batch: number;
}

/** What came of a training. */
export interface Trained {
  readonly losses: readonly number[];
  /** Σ of each running statistic. */
  readonly statistic_sums: readonly number[];
  /** What the trained model answers for the first images. */
  readonly probabilities: readonly number[];
}

interface OracleTraining {
  readonly model: string;
  readonly optimizer: OptimizerOptions & { readonly learning_rate: number };
  readonly seed: number;
  /** Σ of each weight before the first step, in the order of the layers. */
  readonly weight_sums: readonly number[];
}

export interface Curve extends OracleTraining {
  readonly float64: Trained;
  readonly float32: Trained;
}

/** Losses of a net with ReLUs behind batch norms; in float32 in both of PyTorch's layouts. */
export interface CurveWithMasks extends OracleTraining {
  readonly float64: readonly number[];
  readonly float32: readonly number[];
  readonly channels_last: readonly number[];
}

export interface OracleCurves {
  readonly steps: number;
  readonly batches: number;
  readonly classes: number;
  /** How many images the probabilities are of. */
  readonly evaluated: number;
  readonly models: Readonly<Record<string, OracleModel>>;
  readonly curves: readonly Curve[];
  readonly curves_with_masks: readonly CurveWithMasks[];
}

const FILE = new URL('./oracles/torch-curves.json', import.meta.url);
export const oracle: OracleCurves = JSON.parse(readFileSync(FILE, 'utf8'));

const { batches, classes } = oracle;
const LOSS = resolveLoss('categorical_crossentropy');
/** Steps of one run: whole rounds over the batches. */
const STEPS_PER_RUN = 5 * batches;

/** Trains, and evaluates, as the oracle did. */
export async function trainLike(
  curve: OracleTraining,
  block: number | null = null,
): Promise<Trained & Pick<Curve, 'weight_sums'>> {
  const { spec, batch } = oracle.models[curve.model];
  const model = buildModel(parseModelSpec(spec), { image: spec.input, classes });
  const images = oracleImages(
    curve.seed,
    [batch * batches, model.image.channels, model.image.height, model.image.width],
    classes,
  );
  const step = compileTrainStep(model, {
    batchSize: batch,
    optimizer: resolveOptimizer(curve.optimizer),
    loss: LOSS,
    preprocessing: preprocessing(model),
    stepsPerRun: STEPS_PER_RUN,
    block,
  });
  const weights = oracleWeights(model, curve.seed);
  const run = await TrainingRun.open(step, weights, curve.seed);
  const rounds = STEPS_PER_RUN / batches;
  const labels = labelsOf(batch * batches);
  const feed = {
    images: repeated(images, rounds, new Uint8Array(images.length * rounds)),
    labels: repeated(labels, rounds, new Int32Array(labels.length * rounds)),
  };
  const losses: number[] = [];
  while (losses.length < oracle.steps) {
    losses.push(...(await run.run(feed, curve.optimizer.learning_rate)).losses);
  }
  await run.release();
  const trained = (isTrained: boolean) =>
    model.parameters.filter(({ trainable = true }) => trainable === isTrained).map(parameterName);
  return {
    losses,
    weight_sums: trained(true).map((name) => sumOf(weights.get(name))),
    statistic_sums: trained(false).map((name) => sumOf(run.state.get(name))),
    probabilities: await evaluate(model, images, { weights: run.state, block }),
  };
}

/** Largest difference between two lists of the same length. */
export function farthest(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...a.map((x, i) => Math.abs(x - b[i])));
}

/** What the trained model answers for the first images, as in evaluation. */
async function evaluate(
  model: Model,
  images: Uint8Array,
  { weights, block }: { weights: ReadonlyMap<string, Numbers>; block: number | null },
): Promise<number[]> {
  const graph = compileEvaluation(model, {
    batchSize: oracle.evaluated,
    loss: LOSS,
    preprocessing: preprocessing(model),
    block,
  });
  const results = await evaluateOnce(graph, {
    images: images.subarray(0, sizeOf(graph.images.shape)),
    labels: labelsOf(oracle.evaluated),
    weights,
  });
  return [...results[graph.predictions.name].data];
}

function preprocessing({ image: { channels } }: Model) {
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return { scale: each(1 / 255), offset: each(0) };
}

function labelsOf(count: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: count }, (_, i) => i % classes);
}

function repeated<T extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(values: T, times: number, all: T): T {
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}

function sumOf(values: Numbers = []): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
