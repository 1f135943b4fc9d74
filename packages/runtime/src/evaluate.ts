/** Loss and metrics of a model over a split, as it is used after training: without dropout, with running statistics. */
import type { ExecutionPlan, Metric, MetricValues } from '@trainyard/contracts';
import { createMetrics, type EvaluationGraph, type MetricContext, servedParameters } from '@trainyard/engine';
import {
  allocateBatches,
  type BatchBuffer,
  fillBatches,
  imageTensor,
  inOrder,
  labelTensor,
} from './preparation/batches.js';
import { createSession, type Feeds, float32Tensor, type Session } from './session.js';
import type { TrainingSplit } from './training-data.js';

/** What is measured, and for what kind of model. */
export interface EvaluatedMetrics {
  metrics: readonly Metric[];
  context: MetricContext;
}

/** The first `rows` rows are of images, what follows fills up the batch. */
export interface EvaluatedBatch {
  /** float32 [N]. */
  losses: Float32Array;
  /** float32 [N, width]: see `predictionsOf` of the engine. */
  predictions: Float32Array;
  labels: Int32Array | Float32Array;
  rows: number;
  /** Of the weights, which the loss of every batch has on top. */
  penalty: number;
}

export class Evaluator {
  readonly #graph: EvaluationGraph;
  readonly #session: Session;
  readonly #measured: EvaluatedMetrics;

  private constructor(graph: EvaluationGraph, session: Session, measured: EvaluatedMetrics) {
    this.#graph = graph;
    this.#session = session;
    this.#measured = measured;
  }

  static async open(
    graph: EvaluationGraph,
    plan: Pick<ExecutionPlan, 'device' | 'threads'>,
    measured: EvaluatedMetrics,
  ): Promise<Evaluator> {
    const session = await createSession(graph.onnx, { device: plan.device, threads: plan.threads });
    return new Evaluator(graph, session, measured);
  }

  /**
   * Over every image of a split; null for an empty one. Of the tensors given, averaged weights are used where there are
   * such. Aborting `signal` ends it between two batches.
   */
  async evaluate(
    tensors: ReadonlyMap<string, Float32Array>,
    split: TrainingSplit,
    signal: AbortSignal,
  ): Promise<MetricValues | null> {
    if (split.count === 0) return null;
    const metrics = createMetrics(this.#measured.metrics, this.#measured.context);
    let loss = 0;
    let penalty = 0;
    for await (const batch of this.batches(tensors, split, signal)) {
      for (let row = 0; row < batch.rows; row++) loss += batch.losses[row];
      metrics.add(batch.predictions, batch.labels, batch.rows);
      penalty = batch.penalty;
    }
    return { loss: loss / split.count + penalty, ...metrics.values() };
  }

  /** What the model says of each image of a split, in its order, a batch at a time. Its arrays are used again by the one after the next. */
  async *batches(
    tensors: ReadonlyMap<string, Float32Array>,
    split: TrainingSplit,
    signal: AbortSignal,
  ): AsyncGenerator<EvaluatedBatch> {
    const count = Math.ceil(split.count / this.#graph.batchSize);
    const gather = this.#prepareGather(split);
    const feeds = this.#parameterFeeds(servedParameters(tensors));
    let next = gather(0);
    try {
      for (let batch = 0; batch < count; batch++) {
        const buffer = await next;
        signal.throwIfAborted();
        if (batch + 1 < count) next = gather(batch + 1);
        yield { ...(await this.#run(feeds, buffer)), labels: buffer.labels, rows: buffer.rows[0] };
      }
    } finally {
      // Whoever goes on may close the data set at once.
      await next.catch(() => {});
    }
  }

  /** Gathers a batch of a split while the one before is computed. */
  #prepareGather(split: TrainingSplit): (batch: number) => Promise<BatchBuffer> {
    const { batchSize } = this.#graph;
    const buffers = [allocateBatches(this.#graph), allocateBatches(this.#graph)];
    const order = inOrder(split.count);
    const fill = async (first: number): Promise<BatchBuffer> => {
      const buffer = buffers[first % 2];
      await fillBatches(buffer, split, { order, first, batches: 1 }, batchSize);
      return buffer;
    };
    return (batch) => {
      const gathered = fill(batch);
      gathered.catch(() => {});
      return gathered;
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #parameterFeeds(parameters: ReadonlyMap<string, Float32Array>): Feeds {
    return Object.fromEntries(
      this.#graph.parameters.map(({ name, input, shape }) => [
        input,
        float32Tensor(parameters.get(name) ?? new Float32Array(0), shape),
      ]),
    );
  }

  async #run(parameters: Feeds, { images, labels }: BatchBuffer) {
    const graph = this.#graph;
    const results = await this.#session.run({
      ...parameters,
      [graph.images.name]: imageTensor(images, graph.images),
      [graph.labels.name]: labelTensor(labels, graph.labels.shape),
    });
    const predictions = results[graph.predictions.name];
    const losses = results[graph.losses];
    if (predictions.dtype !== 'float32' || losses.dtype !== 'float32') {
      throw new TypeError('the predictions or losses are not float32');
    }
    return {
      losses: losses.data,
      predictions: predictions.data,
      penalty: graph.penalty === null ? 0 : results[graph.penalty].data[0],
    };
  }
}
