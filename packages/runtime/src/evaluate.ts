/** Loss and accuracy of a model over a split, with the dropout off. */
import type { ExecutionPlan, Metric, MetricValues } from '@trainyard/contracts';
import type { PackedSplit } from '@trainyard/datasets';
import type { EvaluationGraph } from '@trainyard/engine';
import { allocateBatches, fillBatches, inOrder } from './batches.js';
import { createSession, type Feeds, float32Tensor, int32Tensor, type Session, uint8Tensor } from './session.js';

export interface Evaluation {
  /** Mean over the images. */
  loss: number;
  /** Share of the images that were named right. */
  accuracy: number;
}

/** The figures that a training asked for; the loss is always one of them. */
export function namedMetrics({ loss, accuracy }: Evaluation, metrics: readonly Metric[]): MetricValues {
  return metrics.some(({ type }) => type === 'accuracy') ? { loss, accuracy } : { loss };
}

export class Evaluator {
  readonly #graph: EvaluationGraph;
  readonly #session: Session;

  private constructor(graph: EvaluationGraph, session: Session) {
    this.#graph = graph;
    this.#session = session;
  }

  static async open(graph: EvaluationGraph, plan: Pick<ExecutionPlan, 'device' | 'threads'>): Promise<Evaluator> {
    return new Evaluator(graph, await createSession(graph.onnx, { device: plan.device, threads: plan.threads }));
  }

  /** Over every image of a split; null for an empty one. Aborting `signal` ends it between two batches. */
  async evaluate(
    parameters: ReadonlyMap<string, Float32Array>,
    split: PackedSplit,
    signal: AbortSignal,
  ): Promise<Evaluation | null> {
    if (split.count === 0) return null;
    const { batchSize } = this.#graph;
    const buffer = allocateBatches(this.#graph);
    const order = inOrder(split.count);
    const feeds = this.#parameterFeeds(parameters);
    let loss = 0;
    let correct = 0;
    for (let first = 0; first * batchSize < split.count; first++) {
      signal.throwIfAborted();
      await fillBatches(buffer, split, { order, first, batches: 1 }, batchSize);
      const batch = await this.#run(feeds, buffer.images, buffer.labels, buffer.rows[0]);
      loss += batch.loss;
      correct += batch.correct;
    }
    return { loss: loss / split.count, accuracy: correct / split.count };
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

  /** Sums over the first `rows` rows of one batch. */
  async #run(parameters: Feeds, images: Uint8Array, labels: Int32Array, rows: number) {
    const graph = this.#graph;
    const results = await this.#session.run({
      ...parameters,
      [graph.images.name]: uint8Tensor(images, graph.images.shape),
      [graph.labels.name]: int32Tensor(labels, graph.labels.shape),
    });
    const losses = results[graph.losses].data;
    const probabilities = results[graph.probabilities].data;
    const classes = probabilities.length / graph.batchSize;
    let loss = 0;
    let correct = 0;
    for (let row = 0; row < rows; row++) {
      loss += losses[row];
      const scores = probabilities.subarray(row * classes, (row + 1) * classes);
      if (indexOfLargest(scores) === labels[row]) correct++;
    }
    return { loss, correct };
  }
}

/** The first index that holds the largest value. */
function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}
