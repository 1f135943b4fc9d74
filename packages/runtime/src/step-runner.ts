/** Runs a compiled training step: inputs of K steps in, their losses and predictions out, the state carried on. */
import type { ExecutionPlan } from '@trainyard/contracts';
import { allocateRandom, fillRandom, type RandomInput, type TrainStep } from '@trainyard/engine';
import { freeNow } from './malloc.js';
import { allocateBatches, type BatchBuffer, imageTensor, labelTensor } from './preparation/batches.js';
import { createSession, type Feeds, float32Tensor, type Session, type TensorValue, uint8Tensor } from './session.js';
import type { TrainState } from './train-state.js';

export interface StepResult {
  /** Mean over the batch's real rows, and the penalties on weights. */
  loss: number;
  /** float32 [rows, width] of the whole batch, from before the update. */
  predictions: Float32Array;
}

/** Where a run stands in the training: everything random in it is a function of these. */
export interface RunPosition {
  /** The run's first step, counted from 1 over the whole training. */
  firstStep: number;
  seed: number;
  /** Steps that were done before the optimizer began; 0 where it is left out. */
  optimizerStart?: number;
  /** The learning rate of a step, which is counted from 1. */
  learningRate: (step: number) => number;
  /** Whether `random` holds what is drawn for it already; else it is drawn where the run begins. */
  isDrawn?: boolean;
}

export class StepRunner {
  readonly step: TrainStep;
  /** Two sets of inputs: one is filled while the other is computed. */
  readonly buffers: readonly [BatchBuffer, BatchBuffer];
  /** Memory of what is drawn for a run. */
  readonly random: ReadonlyMap<RandomInput, Uint8Array | Float32Array>;
  readonly #session: Session;

  private constructor(step: TrainStep, session: Session) {
    this.step = step;
    this.#session = session;
    this.buffers = [allocateBatches(step), allocateBatches(step)];
    this.random = new Map(step.random.map((input) => [input, allocateRandom(input, step.stepsPerRun)]));
  }

  static async open(step: TrainStep, plan: Pick<ExecutionPlan, 'device' | 'threads'>): Promise<StepRunner> {
    return new StepRunner(step, await createSession(step.onnx, { device: plan.device, threads: plan.threads }));
  }

  async run(state: TrainState, batches: BatchBuffer, position: RunPosition): Promise<StepResult[]> {
    const { step } = this;
    const results = await this.#session.run(
      {
        ...state.feeds(),
        ...this.#batchFeeds(batches),
        ...this.#randomFeeds(position),
        ...this.#scalarFeeds(position),
      },
      [...state.outputs, step.loss, step.predictions.name],
    );
    freeNow(state.advance(results));
    const losses = floats(results, step.loss);
    const predictions = floats(results, step.predictions.name);
    const size = predictions.length / step.stepsPerRun;
    return Array.from({ length: step.stepsPerRun }, (_, k) => ({
      loss: losses[k],
      predictions: predictions.subarray(k * size, (k + 1) * size),
    }));
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #batchFeeds(batches: BatchBuffer): Feeds {
    const { images, labels, weights, mixture } = this.step;
    const feeds: Feeds = {
      [images.name]: imageTensor(batches.images, images),
      [labels.name]: labelTensor(batches.labels, labels.shape),
      [weights.name]: float32Tensor(batches.weights, weights.shape),
    };
    if (!mixture || !batches.mixture) return feeds;
    const { otherLabels, shares } = mixture;
    return {
      ...feeds,
      [otherLabels.name]: labelTensor(batches.mixture.otherLabels, otherLabels.shape),
      [shares.name]: float32Tensor(batches.mixture.shares, shares.shape),
    };
  }

  #randomFeeds({ seed, firstStep, isDrawn = false }: RunPosition): Feeds {
    const feeds: Record<string, TensorValue> = {};
    for (const [random, memory] of this.random) {
      if (!isDrawn) fillRandom(random, seed, firstStep, memory);
      const shape = this.#perRun(random.shape);
      feeds[random.input] = memory instanceof Uint8Array ? uint8Tensor(memory, shape) : float32Tensor(memory, shape);
    }
    return feeds;
  }

  #scalarFeeds({ firstStep, learningRate, optimizerStart = 0 }: RunPosition): Feeds {
    const steps = Array.from({ length: this.step.stepsPerRun }, (_, k) => firstStep + k);
    const values = steps.map((step) => this.step.scalarValues(step - optimizerStart, learningRate(step)));
    return Object.fromEntries(
      this.step.scalars.map((name) => [
        name,
        float32Tensor(
          Float32Array.from(values, (value) => value[name]),
          this.#perRun([]),
        ),
      ]),
    );
  }

  /** The shape of an input that has `shape` in each step. */
  #perRun(shape: readonly number[]): readonly number[] {
    return this.step.stepsPerRun === 1 ? shape : [this.step.stepsPerRun, ...shape];
  }
}

function floats(results: Readonly<Record<string, TensorValue>>, name: string): Float32Array {
  const result = results[name];
  if (result?.dtype === 'float32') return result.data;
  throw new TypeError(`Output ${name}: expected float32. Received: ${result?.dtype}`);
}
