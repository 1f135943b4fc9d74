/**
 * Compiles a model, its loss and its optimizer into one ONNX graph whose single run is one training step, or K of them:
 * weights and optimizer state go in, updated ones come out.
 */
import type { LossName, Optimizer } from '@trainyard/contracts';
import { gradients } from '../autodiff/gradients.js';
import { Graph, type Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { categoricalCrossentropy } from '../losses/categorical-crossentropy.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { forwardToLogits } from '../model/forward.js';
import type { Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { toOnnx, toRepeatedOnnx } from '../onnx/model.js';
import { argMax } from '../ops/arg-max.js';
import { cast } from '../ops/cast.js';
import { div } from '../ops/div.js';
import { equal } from '../ops/equal.js';
import { max } from '../ops/max.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { optimizerRule } from '../optimizers/index.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';
import { type DropoutMask, effectiveRate } from '../random/dropout-mask.js';
import { normalize, type Preprocessing } from './preprocessing.js';
import type { TensorSpec } from './tensor-spec.js';

export interface TrainStepOptions {
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly loss: LossName;
  readonly preprocessing: Preprocessing;
  /** K, the training steps of one run. */
  readonly stepsPerRun: number;
}

/** A float32 tensor that is carried from run to run. Slots (the optimizer's) start at zero. */
export interface StateTensor {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  readonly role: 'parameter' | 'slot';
}

/** With K = 1 the tensors of a step have the shapes given; with K > 1 they have a leading axis of K. */
export interface TrainStep {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly batchSize: number;
  readonly stepsPerRun: number;
  readonly state: readonly StateTensor[];
  /** uint8 [K?, N, C, H, W]. */
  readonly images: TensorSpec;
  /** int32 [K?, N], the class of each row. */
  readonly labels: TensorSpec;
  /** float32 [K?, N]: 1 for a row that counts, 0 for one that fills up the batch. */
  readonly weights: TensorSpec;
  /** uint8 [K?, …] each. */
  readonly masks: readonly DropoutMask[];
  /** Names of float32 inputs [K?]. */
  readonly scalars: readonly string[];
  /** Values of the scalars for a step counted from 1. */
  scalarValues(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** Output float32 [K?]: the mean loss of the rows that count. */
  readonly loss: string;
  /** Output float32 [K?]: how many of those rows were answered right. */
  readonly correct: string;
}

const LOSS = 'loss';
const CORRECT = 'correct';

export function compileTrainStep(model: Model, options: TrainStepOptions): TrainStep {
  const rule = optimizerRule(options.optimizer);
  const graph = new Graph();
  const state = declareState(graph, model, rule);
  const batch = declareBatch(graph, model, options.batchSize);
  const masks = new MaskInputs(graph);
  const scalars = Object.fromEntries(rule.scalars.map((name) => [name, graph.input(name, 'float32', [])]));

  const parameters = new Map(state.parameters.map(({ name, value }) => [name, value]));
  const pixels = normalize(batch.images, options.preprocessing);
  const logits = forwardToLogits(model, pixels, { parameters, dropoutMask: masks.make });
  const loss = weightedMean(categoricalCrossentropy(logits, batch.labels), batch.weights);
  graph.output(LOSS, loss);
  graph.output(CORRECT, countCorrect(logits, batch.labels, batch.weights));
  updateState(graph, state, rule, scalars, loss);

  const lowered = lowerPortable(graph);
  const tensors = [...state.parameters, ...state.slots].map(({ tensor }) => tensor);
  const k = options.stepsPerRun;
  const withSteps = (shape: Shape): Shape => (k === 1 ? shape : [k, ...shape]);
  const describe = ({ name, shape }: Value, dtype: TensorSpec['dtype']) => ({ name, dtype, shape: withSteps(shape) });
  return {
    onnx:
      k === 1
        ? toOnnx(lowered, { name: 'train' })
        : toRepeatedOnnx(lowered, { times: k, carried: tensors }, { name: 'train' }),
    batchSize: options.batchSize,
    stepsPerRun: k,
    state: tensors,
    images: describe(batch.images, 'uint8'),
    labels: describe(batch.labels, 'int32'),
    weights: describe(batch.weights, 'float32'),
    masks: masks.list,
    scalars: rule.scalars,
    scalarValues: rule.scalarValues,
    loss: LOSS,
    correct: CORRECT,
  };
}

interface StateEntry {
  readonly name: string;
  readonly value: Value;
  readonly tensor: StateTensor;
}

interface State {
  readonly parameters: readonly StateEntry[];
  readonly slots: readonly StateEntry[];
}

function declareState(graph: Graph, model: Model, rule: OptimizerRule): State {
  const declare = (name: string, shape: Shape, role: StateTensor['role']): StateEntry => ({
    name,
    value: graph.input(name, 'float32', shape),
    tensor: { name, input: name, output: `${name}:next`, shape, role },
  });
  return {
    parameters: model.parameters.map((parameter) => declare(parameterName(parameter), parameter.shape, 'parameter')),
    slots: model.parameters.flatMap((parameter) =>
      rule.slots.map((slot) => declare(slotName(slot, parameterName(parameter)), parameter.shape, 'slot')),
    ),
  };
}

/** Layer names hold no slash, so a slot's name is never a weight's. */
function slotName(slot: string, parameter: string): string {
  return `optimizer/${slot}/${parameter}`;
}

function declareBatch(graph: Graph, { image }: Model, batchSize: number) {
  return {
    images: graph.input('images', 'uint8', [batchSize, image.channels, image.height, image.width]),
    labels: graph.input('labels', 'int32', [batchSize]),
    weights: graph.input('weights', 'float32', [batchSize]),
  };
}

/** Inputs for dropout masks, in the order in which the layers ask for them. */
class MaskInputs {
  readonly list: DropoutMask[] = [];
  private readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  readonly make = ({ shape }: Value, rate: number): { mask: Value; scale: number } => {
    const stream = this.list.length;
    const input = `mask_${stream}`;
    this.list.push({ input, shape, rate, stream });
    return { mask: cast(this.graph.input(input, 'uint8', shape), 'float32'), scale: 1 / (1 - effectiveRate(rate)) };
  };
}

/** Σ weight · loss / Σ weight. A batch has at least one row that counts. */
function weightedMean(losses: Value, weights: Value): Value {
  const total = max(reduceSum(weights, [0]), losses.graph.scalar(1));
  return div(reduceSum(mul(losses, weights), [0]), total);
}

function countCorrect(logits: Value, labels: Value, weights: Value): Value {
  const right = equal(argMax(logits, 1), cast(labels, 'int64'));
  return reduceSum(mul(cast(right, 'float32'), weights), [0]);
}

function updateState(
  graph: Graph,
  state: State,
  rule: OptimizerRule,
  scalars: Readonly<Record<string, Value>>,
  loss: Value,
): void {
  const slots = new Map(state.slots.map((entry) => [entry.name, entry]));
  const weights = state.parameters.map(({ value }) => value);
  gradients(loss, weights).forEach((gradient, i) => {
    const parameter = state.parameters[i];
    if (!gradient) throw new Error(`the loss does not depend on ${parameter.name}`);
    const own = rule.slots.map((slot) => [slot, entryOf(slots, slotName(slot, parameter.name))] as const);
    const before = Object.fromEntries(own.map(([slot, entry]) => [slot, entry.value]));
    const after = rule.update({ weight: parameter.value, gradient, slots: before, scalars });
    graph.output(parameter.tensor.output, after.weight);
    for (const [slot, entry] of own) graph.output(entry.tensor.output, after.slots[slot]);
  });
}

function entryOf(entries: ReadonlyMap<string, StateEntry>, name: string): StateEntry {
  const entry = entries.get(name);
  if (!entry) throw new Error(`there is no state ${name}`);
  return entry;
}
