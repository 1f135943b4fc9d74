// Runs compiled training steps on onnxruntime: the shortest form of what the trainer does.

import { TrainState } from '@trainyard/runtime';
import type { TrainStep } from '../../packages/engine/src/compile/train-step.js';
import { sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { BLOCKED_DOMAIN } from '../../packages/engine/src/ops/blocked/domain.js';
import { allocateRandom, fillRandom } from '../../packages/engine/src/random/random-input.js';
import { type InputType, type Numbers, openOnnx, type Result } from './session.js';

/** What goes into one run: K steps' images, labels and weights, one after another. */
export interface Batch {
  readonly images: Numbers;
  readonly labels: Numbers;
  /** All 1 where left out. */
  readonly weights?: Numbers;
  /** Where each row is of two images. */
  readonly otherLabels?: Numbers;
  readonly shares?: Numbers;
}

export interface RunResult {
  readonly losses: readonly number[];
  /** [K?, N, width]. */
  readonly predictions: Float64Array;
}

/** Whether a step has operators of the blocked layout. */
export function hasBlocks({ onnx }: Pick<TrainStep, 'onnx'>): boolean {
  return Buffer.from(onnx).includes(BLOCKED_DOMAIN);
}

export class TrainingRun {
  readonly step: TrainStep;
  /** Weights and slots by name, in the plain order. */
  readonly state = new Map<string, Float64Array>();
  private readonly carried: TrainState;
  private readonly session: Awaited<ReturnType<typeof openOnnx>>;
  private readonly seed: number;
  private done = 0;

  private constructor(
    step: TrainStep,
    carried: TrainState,
    session: Awaited<ReturnType<typeof openOnnx>>,
    seed: number,
  ) {
    this.step = step;
    this.carried = carried;
    this.session = session;
    this.seed = seed;
    this.readState();
  }

  static async open(step: TrainStep, initial: ReadonlyMap<string, Numbers>, seed = 0): Promise<TrainingRun> {
    const start = [...initial].map(([name, values]) => [name, Float32Array.from(values)] as const);
    const carried = new TrainState(step.state, new Map(start));
    return new TrainingRun(step, carried, await openOnnx(step.onnx, inputTypes(step, carried)), seed);
  }

  /** One run: K steps. */
  async run(batch: Batch, learningRate: number): Promise<RunResult> {
    const { step } = this;
    const feeds: Record<string, Numbers> = {
      [step.images.name]: batch.images,
      [step.labels.name]: batch.labels,
      [step.weights.name]: batch.weights ?? new Float32Array(sizeOf(step.weights.shape)).fill(1),
      ...(step.mixture
        ? { [step.mixture.otherLabels.name]: batch.otherLabels ?? [], [step.mixture.shares.name]: batch.shares ?? [] }
        : {}),
      ...this.random(),
      ...this.scalars(learningRate),
    };
    for (const [input, { data }] of Object.entries(this.carried.feeds())) feeds[input] = data;
    const results = await this.session.run(feeds);
    this.carried.advance(Object.fromEntries(this.carried.outputs.map((name) => [name, toFloat32(results[name])])));
    this.readState();
    this.done += step.stepsPerRun;
    return { losses: [...results[step.loss].data], predictions: results[step.predictions.name].data };
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private readState(): void {
    for (const { name } of this.step.state) this.state.set(name, Float64Array.from(this.carried.value(name)));
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

function toFloat32({ shape, data }: Result): { dtype: 'float32'; shape: readonly number[]; data: Float32Array } {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function inputTypes(step: TrainStep, carried: TrainState): Map<string, InputType> {
  const k = step.stepsPerRun;
  const perRun = (shape: readonly number[]) => (k === 1 ? shape : [k, ...shape]);
  return new Map<string, InputType>([
    ...Object.entries(carried.feeds()).map(([input, { shape }]) => [input, { dtype: 'float32', shape }] as const),
    ...[step.images, step.labels, step.weights, ...Object.values(step.mixture ?? {})].map(
      (tensor) => [tensor.name, tensor] as const,
    ),
    ...step.random.map(({ input, shape, kind }) => {
      return [input, { dtype: kind === 'noise' ? 'float32' : 'uint8', shape: perRun(shape) }] as const;
    }),
    ...step.scalars.map((name) => [name, { dtype: 'float32', shape: perRun([]) }] as const),
  ]);
}
