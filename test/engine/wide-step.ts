// A model's training step in float64, with plain SGD at the rate 1, so that each weight's gradient is what it loses.
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { buildTrainStep, type TrainStepOptions } from '../../packages/engine/src/compile/train-step.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { allocateRandom, fillRandom } from '../../packages/engine/src/random/random-input.js';
import { lowerFloat64, toFloat64 } from './float64-graph.js';
import { oracleImages } from './oracle-generator.js';
import { type Numbers, type OpenGraph, openGraph } from './session.js';

export type Feeds = Readonly<Record<string, Numbers>>;

/** Of a batch whose last row fills it up and must not count. */
const ROWS = [1, 1, 1, 0];

export function gradientStepOptions({ image: { channels } }: Model): TrainStepOptions {
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return {
    loss: resolveLoss('categorical_crossentropy'),
    optimizer: resolveOptimizer({ type: 'sgd', learning_rate: 1 }),
    batchSize: ROWS.length,
    preprocessing: { scale: each(1 / 64), offset: each(-1) },
    stepsPerRun: 1,
  };
}

export function gradientBatch({ image, classes }: Model, seed: number) {
  const { channels, height, width } = image;
  const images = oracleImages(seed, [ROWS.length, channels, height, width], classes);
  return { images, labels: ROWS.map((_, row) => (row + seed) % classes), weights: ROWS };
}

export class WideStep {
  readonly #feeds: Feeds;
  readonly #session: OpenGraph;

  private constructor(feeds: Feeds, session: OpenGraph) {
    this.#feeds = feeds;
    this.#session = session;
  }

  static async open(model: Model, weights: Feeds, seed: number): Promise<WideStep> {
    const { graph, random, rule } = buildTrainStep(model, gradientStepOptions(model));
    const drawn = random.map((each) => {
      const numbers = allocateRandom(each, 1);
      fillRandom(each, seed, 1, numbers);
      return [each.input, numbers] as const;
    });
    const scalars = Object.entries(rule.scalarValues(1, 1)).map(([name, value]) => [name, [value]] as const);
    const feeds = { ...gradientBatch(model, seed), ...Object.fromEntries([...drawn, ...scalars]), ...weights };
    return new WideStep(feeds, await openGraph(toFloat64(graph), lowerFloat64));
  }

  /** The loss with some inputs changed. */
  async loss(changes: Feeds = {}): Promise<number> {
    return (await this.#session.run({ ...this.#feeds, ...changes })).loss.data[0];
  }

  /** The next values of weights and running statistics, by name. */
  async next(names: readonly string[]): Promise<Map<string, Float64Array>> {
    const results = await this.#session.run(this.#feeds);
    return new Map(names.map((name) => [name, results[`${name}:next`].data]));
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
