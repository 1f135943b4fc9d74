/**
 * An estimate of the memory that a training process takes at its peak. The graphs' part is counted from the compiled
 * graphs themselves; what Node.js, onnxruntime and its allocator add was measured (benchmarks/memory).
 */
import { type Optimizer, resolveLoss } from '@trainyard/contracts';
import { declareBatch, modelInput } from '../compile/batch.js';
import { lowerStep } from '../compile/lowered-step.js';
import type { Preprocessing } from '../compile/preprocessing.js';
import { entriesOf } from '../compile/state.js';
import { buildTrainStep } from '../compile/train-step.js';
import { Graph } from '../graph/graph.js';
import { lossFor } from '../losses/index.js';
import { lowerFor } from '../lowering/lower-for.js';
import { randomBytes } from '../random/random-input.js';
import { forward } from './forward.js';
import { bytesOf, peakBytes } from './memory.js';
import { IMAGE, type Model } from './model.js';
import { parameterName } from './parameters.js';
import { evaluationBatch, stepsPerRun } from './run-sizes.js';
import { defaultLoss } from './training-defaults.js';
import { usedPixels } from './used-pixels.js';

const MIB = 2 ** 20;

/** Node.js, onnxruntime, image decoding and our own code, before any graph. */
const PROCESS_BYTES = 130 * MIB;
/** What a session keeps for each node of its graph. */
const NODE_BYTES = 8 * 1024;
/** What a session has besides where it computes in blocks, and how often it has the numbers of the rows that it gathers. */
const BLOCKED_SESSION_BYTES = 4 * MIB;
const BLOCKED_CONSTANT_COPIES = 3;
/** How much onnxruntime's arena holds of each byte that a graph needs at once: gaps between buffers add a third. */
const ARENA_FACTOR = 1.35;
/** Copies of the state, as measured: the old and the new in JavaScript, what the training began with, and what is not yet freed. */
const STATE_COPIES = 5;
/** Copies of the state in a session: its results and, where a run has several steps, what passes between them. */
const STATE_COPIES_PER_SESSION = 3;

/** One set of inputs is filled while the other is computed. */
const INPUT_SETS = 2;
/** What is drawn for the next run lies with the thread that draws it. */
const RANDOM_SETS = 2;
const DRAWING_THREAD_BYTES = 12 * MIB;
/** What the estimate is for. */
const DEVICE = { device: 'cpu', threads: 2 } as const;

export interface TrainingMemoryOptions {
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Floating-point operations of one step. */
  readonly stepFlops: number;
  /** Lanes of the blocked layout that steps are lowered to; null for the portable lowering, the default. */
  readonly block?: number | null;
}

/** Bytes of resident memory, at the most, of the process that trains the model and evaluates it after each epoch. */
export function estimateTrainingMemory(model: Model, options: TrainingMemoryOptions): number {
  const { batchSize, stepFlops, block = null } = options;
  const preprocessing = scaled(model);
  const step = buildTrainStep(model, {
    batchSize,
    optimizer: options.optimizer,
    loss: lossOf(model),
    preprocessing,
    stepsPerRun: 1,
    packsState: true,
  });
  const { graph: lowered } = lowerStep(step, { block, averageDecay: null });
  const evaluation = lowerFor(evaluationGraph(model, evaluationBatch(batchSize), preprocessing), block);
  const state = step.state.flatMap(entriesOf).reduce((sum, { value }) => sum + bytesOf(value), 0);
  const random = step.random.reduce((sum, input) => sum + randomBytes(input), 0);
  const inputs = [step.images, step.labels, step.weights].reduce((sum, value) => sum + bytesOf(value), 0);
  const inputBytes = inputs + random;
  const steps = stepsPerRun({ ...DEVICE, stepFlops, inputBytes, stateBytes: state, isBlocked: block !== null });
  // Steps that are left over when an epoch is cut into runs of several have a session of their own.
  const sessions = steps > 1 ? 2 : 1;
  const given = new Set(lowered.inputs);
  const results = [...lowered.outputs.values()]
    .filter((value) => !given.has(value))
    .reduce((sum, value) => sum + bytesOf(value), 0);
  const arena = ARENA_FACTOR * (sessions * (peakBytes(lowered) - results) + peakBytes(evaluation));
  const constants = lowered.constants.reduce((sum, value) => sum + bytesOf(value), 0);
  const perSession = block === null ? 0 : BLOCKED_SESSION_BYTES + BLOCKED_CONSTANT_COPIES * constants;
  return Math.round(
    PROCESS_BYTES +
      sessions * perSession +
      NODE_BYTES * (sessions * lowered.nodes.length + evaluation.nodes.length) +
      arena +
      state * (STATE_COPIES + sessions * STATE_COPIES_PER_SESSION) +
      (random > 0 ? DRAWING_THREAD_BYTES : 0) +
      steps * (INPUT_SETS * inputs + RANDOM_SETS * random),
  );
}

/** The loss that a training has by default; its size is that of any other that fits. */
function lossOf({ head }: Model) {
  const loss = resolveLoss(defaultLoss(head));
  return lossFor(loss).mismatch(head) === null ? loss : resolveLoss('mse');
}

/** Pixels scaled and shifted, as all normalisations do. */
function scaled({ image: { channels } }: Model): Preprocessing {
  return { scale: Array(channels).fill(0.5), offset: Array(channels).fill(0.5) };
}

function evaluationGraph(model: Model, batchSize: number, preprocessing: Preprocessing): Graph {
  const graph = new Graph();
  const parameters = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, graph.input(name, 'float32', parameter.shape)] as const;
    }),
  );
  const { images } = declareBatch(graph, model, batchSize);
  const used = usedPixels(model);
  const input = modelInput(model, images, preprocessing, used.get(IMAGE));
  graph.output('outputs', forward(model, input, { parameters, used }).outputs);
  return graph;
}
