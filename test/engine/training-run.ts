// Runs compiled training steps on onnxruntime: the shortest form of what the trainer does.
import type { TrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { fillDropoutMask } from '../../packages/engine/src/random/dropout-mask.js';
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
  readonly correct: readonly number[];
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
    const state = step.state.map(({ name, shape }) => {
      return [name, Float64Array.from(initial.get(name) ?? new Float64Array(sizeOf(shape)))] as const;
    });
    return new TrainingRun(step, new Map(state), await openOnnx(step.onnx, inputTypes(step)), seed);
  }

  /** One run: K steps. */
  async run(batch: Batch, learningRate: number): Promise<RunResult> {
    const { step } = this;
    const feeds: Record<string, Numbers> = {
      [step.images.name]: batch.images,
      [step.labels.name]: batch.labels,
      [step.weights.name]: batch.weights ?? new Float32Array(sizeOf(step.weights.shape)).fill(1),
      ...this.masks(),
      ...this.scalars(learningRate),
    };
    for (const { name, input } of step.state) feeds[input] = this.state.get(name) ?? [];
    const results = await this.session.run(feeds);
    for (const { name, output } of step.state) this.state.set(name, results[output].data);
    this.done += step.stepsPerRun;
    return { losses: [...results[step.loss].data], correct: [...results[step.correct].data] };
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private masks(): Record<string, Numbers> {
    const feeds = this.step.masks.map((mask) => {
      const size = sizeOf(mask.shape);
      const all = new Uint8Array(size * this.step.stepsPerRun);
      for (let k = 0; k < this.step.stepsPerRun; k++) {
        fillDropoutMask(mask, this.seed, this.done + k + 1, all.subarray(k * size, (k + 1) * size));
      }
      return [mask.input, all] as const;
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
    ...step.masks.map(({ input, shape }) => [input, { dtype: 'uint8', shape: perRun(shape) }] as const),
    ...step.scalars.map((name) => [name, { dtype: 'float32', shape: perRun([]) }] as const),
  ]);
}
