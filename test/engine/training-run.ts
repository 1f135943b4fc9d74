// Runs compiled training steps on onnxruntime: the shortest form of what the trainer does.
import type { TrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { allocateRandom, fillRandom } from '../../packages/engine/src/random/random-input.js';
import { type InputType, type Numbers, openOnnx } from './session.js';

/** What goes into one run: K steps' images, labels and weights, one after another. */
export interface Batch {
  readonly images: Numbers;
  readonly labels: Numbers;
  /** All 1 where left out. */
  readonly weights?: Numbers;
}

export interface RunResult {
  readonly losses: readonly number[];
  /** [K?, N, width]. */
  readonly predictions: Float64Array;
}

export class TrainingRun {
  readonly step: TrainStep;
  /** Weights and slots by name. */
  readonly state: Map<string, Float64Array>;
  private readonly session: Awaited<ReturnType<typeof openOnnx>>;
  private readonly seed: number;
  private done = 0;

  private constructor(
    step: TrainStep,
    state: Map<string, Float64Array>,
    session: Awaited<ReturnType<typeof openOnnx>>,
    seed: number,
  ) {
    this.step = step;
    this.state = state;
    this.session = session;
    this.seed = seed;
  }

  static async open(step: TrainStep, initial: ReadonlyMap<string, Numbers>, seed = 0): Promise<TrainingRun> {
    const state = new Map<string, Float64Array>();
    for (const { name, shape, start } of step.state) {
      const copied = typeof start === 'object' ? state.get(start.copyOf) : undefined;
      const filled = () => new Float64Array(sizeOf(shape)).fill(typeof start === 'number' ? start : Number.NaN);
      state.set(name, Float64Array.from(initial.get(name) ?? copied ?? filled()));
    }
    return new TrainingRun(step, state, await openOnnx(step.onnx, inputTypes(step)), seed);
  }

  /** One run: K steps. */
  async run(batch: Batch, learningRate: number): Promise<RunResult> {
    const { step } = this;
    const feeds: Record<string, Numbers> = {
      [step.images.name]: batch.images,
      [step.labels.name]: batch.labels,
      [step.weights.name]: batch.weights ?? new Float32Array(sizeOf(step.weights.shape)).fill(1),
      ...this.random(),
      ...this.scalars(learningRate),
    };
    for (const { name, input } of step.state) feeds[input] = this.state.get(name) ?? [];
    const results = await this.session.run(feeds);
    for (const { name, output } of step.state) this.state.set(name, results[output].data);
    this.done += step.stepsPerRun;
    return { losses: [...results[step.loss].data], predictions: results[step.predictions.name].data };
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private random(): Record<string, Numbers> {
    const feeds = this.step.random.map((random) => {
      const all = allocateRandom(random, this.step.stepsPerRun);
      fillRandom(random, this.seed, this.done + 1, all);
      return [random.input, all] as const;
    });
    return Object.fromEntries(feeds);
  }

  private scalars(learningRate: number): Record<string, Numbers> {
    const values = Array.from({ length: this.step.stepsPerRun }, (_, k) =>
      this.step.scalarValues(this.done + k + 1, learningRate),
    );
    return Object.fromEntries(this.step.scalars.map((name) => [name, values.map((value) => value[name])]));
  }
}

function inputTypes(step: TrainStep): Map<string, InputType> {
  const k = step.stepsPerRun;
  const perRun = (shape: readonly number[]) => (k === 1 ? shape : [k, ...shape]);
  return new Map<string, InputType>([
    ...step.state.map(({ input, shape }) => [input, { dtype: 'float32', shape }] as const),
    ...[step.images, step.labels, step.weights].map((tensor) => [tensor.name, tensor] as const),
    ...step.random.map(({ input, shape, kind }) => {
      return [input, { dtype: kind === 'noise' ? 'float32' : 'uint8', shape: perRun(shape) }] as const;
    }),
    ...step.scalars.map((name) => [name, { dtype: 'float32', shape: perRun([]) }] as const),
  ]);
}
