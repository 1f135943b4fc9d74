/** Looks into a network while it trains, on a fixed batch of the train split: one run of a graph of its own. */
import type { ExecutionPlan, ProbeLayer, ProbeMetrics, ProbeWeight, Training } from '@trainyard/contracts';
import {
  compileProbe,
  type Model,
  type Preprocessing,
  type ProbedLayer,
  type ProbedWeight,
  type ProbeGraph,
  permutation,
} from '@trainyard/engine';
import { OnDemand } from './on-demand.js';
import { allocateBatches, type BatchBuffer, fillBatches, imageTensor, labelTensor } from './preparation/batches.js';
import { activationHistogram, gradientHistogram, idleShares, momentsOf, short } from './probe-figures.js';
import { type ProbeSchedule, probeSchedule } from './probe-schedule.js';
import { createSession, float32Tensor, type Session, type TensorValue } from './session.js';
import type { TrainingSplit } from './training-data.js';

type Tensors = ReadonlyMap<string, Float32Array>;

/** The weights before and after some steps. */
export interface RecentSteps {
  readonly before: Tensors;
  readonly steps: number;
}

/** Epochs are counted from 1, so that no epoch of the training has this order. */
const PROBE_ORDER = 0;

export class NetworkProbe {
  readonly #graph: ProbeGraph;
  readonly #session: OnDemand<Session>;
  readonly #schedule: ProbeSchedule;
  readonly #seed: number;
  #batch: BatchBuffer | null = null;

  private constructor(graph: ProbeGraph, session: OnDemand<Session>, schedule: ProbeSchedule, seed: number) {
    this.#graph = graph;
    this.#session = session;
    this.#schedule = schedule;
    this.#seed = seed;
  }

  /** Null where a look would cost too much. */
  static async open(options: {
    model: Model;
    training: Training;
    preprocessing: Preprocessing;
    plan: Pick<ExecutionPlan, 'device' | 'threads'>;
    trainImages: number;
  }): Promise<NetworkProbe | null> {
    const { model, training, preprocessing, plan, trainImages } = options;
    const schedule = probeSchedule(model, { trainImages, epochs: training.epochs });
    if (!schedule) return null;
    const graph = compileProbe(model, {
      loss: training.loss,
      labelSmoothing: training.label_smoothing,
      classWeights: training.class_weights,
      batchSize: schedule.images,
      preprocessing,
    });
    const { device, threads } = plan;
    // The first look comes after the first steps: nobody is to wait for its session before these.
    const session = new OnDemand(() => createSession(graph.onnx, { device, threads }));
    return new NetworkProbe(graph, session, schedule, training.seed);
  }

  isDue(epoch: number): boolean {
    return this.#schedule.isDue(epoch);
  }

  /** Whose change in the last run of steps is told. */
  get weights(): readonly string[] {
    return this.#graph.weights.map(({ name }) => name);
  }

  /** @param recent of the last run of steps; null before the first */
  async look(
    at: { epoch: number; step: number },
    tensors: Tensors,
    split: TrainingSplit,
    recent: RecentSteps | null,
  ): Promise<ProbeMetrics> {
    const graph = this.#graph;
    const results = await this.#run(tensors, await this.#batchOf(split));
    const norms = graph.weights.map(({ output }) => momentsOf(floats(results, output)).norm);
    const loss = floats(results, graph.loss)[0];
    return {
      ...at,
      images: graph.batchSize,
      loss: Number.isFinite(loss) ? short(loss) : null,
      penalty: graph.penalty === null ? 0 : finite(floats(results, graph.penalty)[0]),
      gradient_norm: total(norms),
      layers: graph.layers.map((layer) => layerFigures(layer, floats(results, layer.output))),
      weights: graph.weights.map((weight, i) =>
        weightFigures(weight, { gradient: floats(results, weight.output), norm: norms[i], tensors, recent }),
      ),
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** Some images of the split, whichever the seed picks: the same each time. */
  async #batchOf(split: TrainingSplit): Promise<BatchBuffer> {
    if (this.#batch) return this.#batch;
    const { batchSize } = this.#graph;
    const order = permutation(split.count, this.#seed, PROBE_ORDER).subarray(0, batchSize);
    const batch = allocateBatches(this.#graph);
    await fillBatches(batch, split, { order, first: 0, batches: 1 }, batchSize);
    this.#batch = batch;
    return batch;
  }

  async #run(tensors: Tensors, { images, labels }: BatchBuffer): Promise<Record<string, TensorValue>> {
    const graph = this.#graph;
    const parameters = graph.parameters.map(({ name, input, shape }) => {
      const value = tensors.get(name);
      if (!value) throw new RangeError(`The training has no tensor ${name}`);
      return [input, float32Tensor(value, shape)] as const;
    });
    const session = await this.#session.get();
    return session.run({
      ...Object.fromEntries(parameters),
      [graph.images.name]: imageTensor(images, graph.images),
      [graph.labels.name]: labelTensor(labels, graph.labels.shape),
    });
  }
}

function layerFigures({ name, type, activation, isLast, shape }: ProbedLayer, values: Float32Array): ProbeLayer {
  const { mean, std } = momentsOf(values);
  return {
    layer: name,
    type,
    activation: activation?.type ?? null,
    mean,
    std,
    ...idleShares(values, shape, activation, isLast),
    histogram: activationHistogram(values),
  };
}

function weightFigures(
  { name, layer, elements }: ProbedWeight,
  found: { gradient: Float32Array; norm: number | null; tensors: Tensors; recent: RecentSteps | null },
): ProbeWeight {
  const { gradient, norm, tensors, recent } = found;
  const now = tensors.get(name) ?? new Float32Array();
  const own = momentsOf(now);
  return {
    weight: name,
    layer,
    elements,
    norm: own.norm,
    std: own.std,
    gradient_norm: norm,
    update_ratio: recent && updateRatio(recent, name, now),
    histogram: gradientHistogram(gradient),
  };
}

/** ‖Δw‖ / ‖w‖ for each step of a run. Null for a weight that was 0, such as a new bias. */
function updateRatio({ before, steps }: RecentSteps, name: string, now: Float32Array): number | null {
  const then = before.get(name);
  if (!then) return null;
  let moved = 0;
  let size = 0;
  for (let i = 0; i < now.length; i++) {
    moved += (now[i] - then[i]) ** 2;
    size += then[i] ** 2;
  }
  const ratio = Math.sqrt(moved / size) / steps;
  return Number.isFinite(ratio) ? short(ratio) : null;
}

function total(norms: readonly (number | null)[]): number | null {
  const squares = norms.reduce<number>((sum, norm) => sum + (norm ?? Number.NaN) ** 2, 0);
  return Number.isFinite(squares) ? short(Math.sqrt(squares)) : null;
}

function finite(value: number): number {
  return Number.isFinite(value) ? short(value) : 0;
}

function floats(results: Readonly<Record<string, TensorValue>>, name: string): Float32Array {
  const result = results[name];
  if (result?.dtype === 'float32') return result.data;
  throw new TypeError(`Output ${name}: expected float32. Received: ${result?.dtype}`);
}
