/** How long the training step of each lowering takes here: what the choice between them is made by. */
import type { TensorSpec, TrainStep } from '@trainyard/engine';
import { createSession, type Feeds, float32Tensor, int32Tensor, type Session, uint8Tensor } from '../session.js';

/** A training step with what goes into it; plain data, so that it can cross a process border. */
export interface MeasuredStep {
  readonly onnx: Uint8Array;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
}

const RUNS = 4;
/** Runs that take long tell enough: no further one is begun after this time. */
const ENOUGH_MS = 600;

export function measuredStep(step: TrainStep): MeasuredStep {
  const perRun = (shape: readonly number[]) => (step.stepsPerRun === 1 ? shape : [step.stepsPerRun, ...shape]);
  return {
    onnx: step.onnx,
    inputs: [
      ...step.carried.map(({ input, shape }) => ({ name: input, dtype: 'float32' as const, shape })),
      step.images,
      step.labels,
      step.weights,
      ...(step.mixture ? [step.mixture.otherLabels, step.mixture.shares] : []),
      ...step.random.map(({ input, kind, shape }) => {
        const dtype = kind === 'noise' ? ('float32' as const) : ('uint8' as const);
        return { name: input, dtype, shape: perRun(shape) };
      }),
      ...step.scalars.map((name) => ({ name, dtype: 'float32' as const, shape: perRun([]) })),
    ],
    outputs: [...step.carried.map(({ output }) => output), step.loss, step.predictions.name],
  };
}

/**
 * Milliseconds of the step's fastest run: what else the machine does makes a run look slower, never faster. The values
 * are made up; a step's time does not depend on them.
 */
export async function measureStep({ onnx, inputs, outputs }: MeasuredStep, threads: number): Promise<number> {
  const session = await createSession(onnx, { device: 'cpu', threads });
  try {
    const feeds: Feeds = Object.fromEntries(inputs.map((input) => [input.name, madeUp(input)]));
    return await fastest(session, feeds, outputs);
  } finally {
    await session.release();
  }
}

async function fastest(session: Session, feeds: Feeds, outputs: readonly string[]): Promise<number> {
  const begun = performance.now();
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && (run === 0 || performance.now() - begun < ENOUGH_MS); run++) {
    const startedAt = performance.now();
    await session.run(feeds, outputs);
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

/** Positive numbers, since some are squares; far from the denormal ones, which are slow. */
function madeUp({ dtype, shape }: TensorSpec) {
  const size = shape.reduce((product, side) => product * side, 1);
  if (dtype === 'uint8') return uint8Tensor(new Uint8Array(size).fill(1), shape);
  if (dtype === 'int32') return int32Tensor(new Int32Array(size), shape);
  return float32Tensor(
    Float32Array.from({ length: size }, (_, i) => 0.01 + 0.05 * Math.abs(Math.sin(i))),
    shape,
  );
}
