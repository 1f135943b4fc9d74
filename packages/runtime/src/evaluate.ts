/** Loss and metrics of a model over a split, as it is used after training: without dropout, with running statistics. */
import type { ExecutionPlan, Metric, MetricValues } from '@trainyard/contracts';
import { createMetrics, type EvaluationGraph, type MetricContext, servedParameters } from '@trainyard/engine';
import { allocateBatches, type BatchBuffer, fillBatches, inOrder, labelTensor } from './batches.js';
import { createSession, type Feeds, float32Tensor, type Session, uint8Tensor } from './session.js';
import type { TrainingSplit } from './training-data.js';

/** What is measured, and for what kind of model. */
export interface EvaluatedMetrics {
  metrics: readonly Metric[];
  context: MetricContext;
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
    const { batchSize } = this.#graph;
    const buffer = allocateBatches(this.#graph);
    const order = inOrder(split.count);
    const feeds = this.#parameterFeeds(servedParameters(tensors));
    const metrics = createMetrics(this.#measured.metrics, this.#measured.context);
    let loss = 0;
    let penalty = 0;
    for (let first = 0; first * batchSize < split.count; first++) {
      signal.throwIfAborted();
      await fillBatches(buffer, split, { order, first, batches: 1 }, batchSize);
      const batch = await this.#run(feeds, buffer);
      const [rows] = buffer.rows;
      for (let row = 0; row < rows; row++) loss += batch.losses[row];
      metrics.add(batch.predictions, buffer.labels, rows);
      penalty = batch.penalty;
    }
    return { loss: loss / split.count + penalty, ...metrics.values() };
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
      [graph.images.name]: uint8Tensor(images, graph.images.shape),
      [graph.labels.name]: labelTensor(labels, graph.labels.shape),
    });
    const predictions = results[graph.predictions.name];
    if (predictions.dtype !== 'float32') throw new TypeError('the predictions are not float32');
    return {
      losses: results[graph.losses].data,
      predictions: predictions.data,
      penalty: graph.penalty === null ? 0 : results[graph.penalty].data[0],
    };
  }
}
