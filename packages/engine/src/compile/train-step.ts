/**
 * Compiles a model, its loss and its optimizer into one ONNX graph whose single run is one training step, or K of them:
 * weights and optimizer state go in, updated ones come out.
 */
import type { LayerRate, Optimizer, Precision } from '@trainyard/contracts';
import { Graph, type Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { predictionsOf } from '../losses/targets.js';
import { forward } from '../model/forward.js';
import { IMAGE, type Model } from '../model/model.js';
import { usedPixels } from '../model/used-pixels.js';
import { toOnnx, toRepeatedOnnx } from '../onnx/model.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { max } from '../ops/max.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { optimizerRule } from '../optimizers/index.js';
import type { RandomInput } from '../random/random-input.js';
import { declareBatch, modelInput, pixelType } from './batch.js';
import { LossScale } from './loss-scale.js';
import { type CarriedTensor, lowerStep } from './lowered-step.js';
import { declareMixture, type Mixture, mixedLosses, OTHER_LABELS, SHARES } from './mixture.js';
import { type ObjectiveOptions, rowClassWeights, rowLosses, weightPenalty } from './objective.js';
import { packedGroups } from './packed-state.js';
import type { Preprocessing } from './preprocessing.js';
import { RandomInputs } from './random-inputs.js';
import { RateGroups, rateFactors } from './rate-groups.js';
import { declareState, type StateTensor } from './state.js';
import type { TensorSpec } from './tensor-spec.js';
import { updateState } from './update.js';

export interface TrainStepOptions extends ObjectiveOptions {
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Layers whose learning rate is a multiple of the others'. */
  readonly layerRates?: readonly LayerRate[];
  /** Weight of each class in the loss; all 1 where left out. */
  readonly classWeights?: readonly number[] | null;
  readonly clipNorm?: number | null;
  readonly clipValue?: number | null;
  /** Decay of an exponential moving average of the weights, which is kept beside them. */
  readonly averageDecay?: number | null;
  readonly preprocessing: Preprocessing;
  /** Whether each row may be made of two images, and so have two labels; see `Mixture`. */
  readonly mixed?: boolean;
  /** K, the training steps of one run. */
  readonly stepsPerRun: number;
  /** Lanes of the blocked layout, where the CPU's onnxruntime has it; the portable lowering otherwise. */
  readonly block?: number | null;
  /** Whether small tensors of the state are packed into a few inputs and outputs: fewer nodes, the same numbers. */
  readonly packsState?: boolean;
  /** `mixed_float16`: products in float16, with a scaled loss; `float32` where left out. Of the portable lowering alone. */
  readonly precision?: Precision;
}

/** With K = 1 the tensors of a step have the shapes given; with K > 1 they have a leading axis of K. */
export interface TrainStep {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly batchSize: number;
  readonly stepsPerRun: number;
  readonly state: readonly StateTensor[];
  /** The inputs and outputs that the state is in. */
  readonly carried: readonly CarriedTensor[];
  /** uint8 [K?, N, C, H, W]. */
  readonly images: TensorSpec;
  /** int32 [K?, N], the class of each row, or float32 [K?, N, width]. */
  readonly labels: TensorSpec;
  /** float32 [K?, N]: 1 for a row that counts, 0 for one that fills up the batch. */
  readonly weights: TensorSpec;
  /** Null where each row is of one image. */
  readonly mixture: Mixture | null;
  /** What the host draws for each step; [K?, …] each. */
  readonly random: readonly RandomInput[];
  /** Names of float32 inputs [K?]. */
  readonly scalars: readonly string[];
  /** Values of the scalars for a step counted from 1. */
  scalarValues(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** Output float32 [K?]: the mean loss of the rows that count, and the penalties on weights. */
  readonly loss: string;
  /** Output float32 [K?, N, width], from before the update: see `predictionsOf`. */
  readonly predictions: TensorSpec;
}

const LOSS = 'loss';
const PREDICTIONS = 'predictions';

export function compileTrainStep(model: Model, options: TrainStepOptions): TrainStep {
  const step = buildTrainStep(model, options);
  const { random } = step;
  const { averageDecay = null, block = null } = options;
  if (block !== null && step.lossScale) throw new RangeError('mixed_float16 is of the portable lowering alone');
  const { graph: lowered, state, carried } = lowerStep(step, { block, averageDecay });
  const k = options.stepsPerRun;
  const withSteps = (shape: Shape): Shape => (k === 1 ? shape : [k, ...shape]);
  const describe = (name: string, { shape }: Value, dtype: TensorSpec['dtype']) => ({
    name,
    dtype,
    shape: withSteps(shape),
  });
  const describeLabels = (name: string, labels: Value) =>
    describe(name, labels, labels.dtype === 'int32' ? 'int32' : 'float32');
  return {
    onnx:
      k === 1 ? toOnnx(lowered, { name: 'train' }) : toRepeatedOnnx(lowered, { times: k, carried }, { name: 'train' }),
    batchSize: options.batchSize,
    stepsPerRun: k,
    state,
    carried,
    images: describe('images', step.images, pixelType(model)),
    labels: describeLabels('labels', step.labels),
    weights: describe('weights', step.weights, 'float32'),
    mixture: step.mixture && {
      otherLabels: describeLabels(OTHER_LABELS, step.mixture.otherLabels),
      shares: describe(SHARES, step.mixture.shares, 'float32'),
    },
    random,
    scalars: step.rates.scalars,
    scalarValues: (at, rate) => step.rates.values(at, rate),
    loss: LOSS,
    predictions: describe(PREDICTIONS, step.predictions, 'float32'),
  };
}

/** The graph of one training step, before it is lowered. */
export function buildTrainStep(model: Model, options: TrainStepOptions) {
  const rule = optimizerRule(options.optimizer);
  const graph = new Graph();
  const { averageDecay = null, clipNorm = null, clipValue = null, layerRates = [] } = options;
  const factors = rateFactors(
    layerRates,
    model.layers.map(({ spec }) => spec.name),
  );
  const rates = new RateGroups(rule, factors);
  const state = declareState(graph, model, rule, averageDecay !== null);
  const { images, labels } = declareBatch(graph, model, options.batchSize);
  const weights = graph.input('weights', 'float32', [options.batchSize]);
  const random = new RandomInputs(graph);
  const scalars = rates.declare(graph);
  const parameters = new Map(state.map(({ weight }) => [weight.tensor.name, weight.value]));
  const statistics = new Map<string, Value>();

  const used = usedPixels(model);
  const result = forward(model, modelInput(model, images, options.preprocessing, used.get(IMAGE)), {
    parameters,
    used,
    training: {
      rowWeights: weights,
      dropoutMask: random.dropoutMask,
      noise: random.noise,
      setStatistic: (name, value) => statistics.set(name, value),
    },
  });
  const mixture = options.mixed ? declareMixture(labels, options.batchSize) : null;
  const lossesOf = (of: Value) => {
    const rows = rowLosses(model, result, of, options);
    return options.classWeights ? mul(rows, rowClassWeights(model, of, options.classWeights)) : rows;
  };
  const own = lossesOf(labels);
  const rows = mixture ? mixedLosses(own, lossesOf(mixture.otherLabels), mixture.shares) : own;
  const mean = meanOfReal(rows, weights);
  const penalties = weightPenalty(model, parameters);
  const loss = penalties ? add(mean, penalties) : mean;
  const predictions = predictionsOf(result.outputs, model.head);
  graph.output(LOSS, loss);
  graph.output(PREDICTIONS, predictions);
  const lossScale = options.precision === 'mixed_float16' ? new LossScale(graph) : null;
  const packed = options.packsState ? packedGroups(state, scalars) : [];
  updateState(graph, state, loss, statistics, {
    ...{ rule, scalars, clipNorm, clipValue, averageDecay, lossScale },
    packed: new Set(packed.flatMap(({ members }) => members)),
  });
  return {
    graph,
    rule,
    rates,
    state,
    packed,
    lossScale,
    images,
    labels,
    weights,
    mixture,
    predictions,
    random: random.list,
  };
}

/** Σ weight · loss / Σ weight. A batch has at least one row that counts. */
function meanOfReal(losses: Value, weights: Value): Value {
  const total = max(reduceSum(weights, [0]), losses.graph.scalar(1));
  return div(reduceSum(mul(losses, weights), [0]), total);
}
