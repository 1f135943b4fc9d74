// Compares the gradients that the compiler derives with finite differences of the forward graph, both on onnxruntime.
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import {
  type DType,
  describeShape,
  type Shape,
  sameShape,
  sizeOf,
} from '../../packages/engine/src/graph/tensor-type.js';
import { conv } from '../../packages/engine/src/ops/conv.js';
import { lowerForTest } from './float64-forms.js';
import { blocked } from './lowerings.js';
import { anyNumbers, type Draw, relativeError } from './numbers.js';
import { type OpenGraph, openGraph } from './session.js';

export interface CaseInput {
  readonly shape: Shape;
  readonly draw?: Draw;
  /** Of the case where left out. */
  readonly dtype?: DType;
}

/** One graph whose gradients are checked. */
export interface GradientCase {
  readonly name: string;
  /** float64 wherever onnxruntime's CPU kernels have it; in float32 only what is linear around each number. */
  readonly dtype: 'float32' | 'float64';
  readonly inputs: readonly CaseInput[];
  readonly build: (inputs: readonly Value[]) => Value;
  /** Where float32 in blocks keeps fewer digits than elsewhere. */
  readonly toleranceInBlocks?: number;
}

/** What a mutation check changes. */
export interface Changes {
  /** Applied to the forward graph before its gradient is taken. */
  readonly beforeGradients?: (graph: Graph) => void;
  readonly lowering?: (graph: Graph) => Graph;
  /** Takes the gradients in float32, lowered into blocks, with every image brought there first. */
  readonly inBlocks?: boolean;
}

/** A case with its numbers: the inputs, the seed of the output's gradient, and the finite differences. */
export interface PreparedCase {
  readonly subject: GradientCase;
  readonly feeds: Readonly<Record<string, Float64Array>>;
  /** Indices of the inputs that have gradients. */
  readonly differentiable: readonly number[];
  /** By index of the input. */
  readonly numeric: ReadonlyMap<number, Float64Array>;
}

const SEED = 'seed';
const OUTPUT = 'y';

/** Linear graphs take a large step; others one that balances rounding against curvature. */
const STEPS = { float32: 0.125, float64: 1e-5 } as const;
const TOLERANCES = { float32: 1e-5, float64: 1e-8 } as const;
/** The blocked layout is there in float32 alone. */
const IN_BLOCKS = { float32: 1e-5, float64: 1e-4 } as const;

export function toleranceOf({ dtype, toleranceInBlocks }: GradientCase, inBlocks = false): number {
  return inBlocks ? (toleranceInBlocks ?? IN_BLOCKS[dtype]) : TOLERANCES[dtype];
}

/** Runs the forward graph for every finite difference. Throws where its shape is not the inferred one. */
export async function prepareCase(subject: GradientCase, seed: number): Promise<PreparedCase> {
  const { graph, inputs, output } = buildForward(subject);
  graph.output(OUTPUT, output);
  const session = await openGraph(graph, lowerForTest);
  try {
    const feeds = Object.fromEntries(
      subject.inputs.map(({ shape, draw = anyNumbers }, i) => [inputName(i), draw(seed, i, sizeOf(shape))]),
    );
    const { shape } = (await session.run(feeds))[OUTPUT];
    if (!sameShape(shape, output.shape)) {
      throw new Error(`inferred ${describeShape(output.shape)}; onnxruntime gave ${describeShape(shape)}`);
    }
    const differentiable = [...inputs.keys()].filter((i) => inputs[i].dtype.startsWith('float'));
    const seeds = anyNumbers(seed, subject.inputs.length, sizeOf(output.shape));
    const numeric = new Map<number, Float64Array>();
    for (const i of differentiable) {
      numeric.set(i, await differences(session, feeds, inputName(i), seeds, STEPS[subject.dtype]));
    }
    return { subject, feeds: { ...feeds, [SEED]: seeds }, differentiable, numeric };
  } finally {
    await session.release();
  }
}

/**
 * Relative errors of the gradients of `targets` (indices of inputs), all taken in one graph. An absent gradient counts
 * as zeros.
 */
export async function gradientErrors(prepared: PreparedCase, targets: readonly number[], changes: Changes = {}) {
  const { graph, inputs, output } = buildForward(prepared.subject, changes.inBlocks);
  changes.beforeGradients?.(graph);
  const seed = graph.input(SEED, output.dtype, output.shape);
  const results = gradients(
    output,
    targets.map((i) => inputs[i]),
    seed,
  );
  results.forEach((gradient, k) => {
    if (!gradient) return;
    if (!sameShape(gradient.shape, inputs[targets[k]].shape)) throw new Error('a gradient has the wrong shape');
    graph.output(`gradient ${targets[k]}`, gradient);
  });
  const lowering = changes.lowering ?? (changes.inBlocks ? blocked[0].lower : lowerForTest);
  const found = graph.outputs.size > 0 ? await runOnce(graph, prepared, lowering) : {};
  return targets.map((i) => {
    const expected = prepared.numeric.get(i) ?? new Float64Array();
    const actual = found[`gradient ${i}`]?.data ?? new Float64Array(expected.length);
    return relativeError(actual, expected);
  });
}

/** The sets of inputs whose gradients are asked for: every one but the empty one. */
export function targetSets({ differentiable }: PreparedCase): number[][] {
  const sets: number[][] = [[]];
  for (const input of differentiable) sets.push(...sets.map((set) => [...set, input]));
  return sets.slice(1);
}

async function runOnce(graph: Graph, { feeds }: PreparedCase, lowering: (graph: Graph) => Graph) {
  const session = await openGraph(graph, lowering);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

function buildForward(subject: GradientCase, inBlocks = false): { graph: Graph; inputs: Value[]; output: Value } {
  const graph = new Graph();
  const inputs = subject.inputs.map(({ shape, dtype = subject.dtype }, i) =>
    graph.input(inputName(i), inBlocks && dtype === 'float64' ? 'float32' : dtype, shape),
  );
  if (!inBlocks) return { graph, inputs, output: subject.build(inputs) };
  return { graph, inputs, output: throughBlocks(subject.build(inputs.map(throughBlocks))) };
}

/** Images under a convolution that changes nothing, so that the blocked lowering has them, and their gradient, in blocks. */
export function throughBlocks(x: Value): Value {
  if (x.dtype !== 'float32' || x.shape.length !== 4) return x;
  const [, channels] = x.shape;
  const kernel = Float32Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0));
  return conv(x, x.graph.constant('float32', [channels, channels, 1, 1], kernel), null, {
    kernel_shape: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  });
}

function inputName(i: number): string {
  return `x${i}`;
}

/** (f(x + h) − f(x − h)) / 2h for every number of one input, with f = Σ output · seed summed in float64. */
async function differences(
  session: OpenGraph,
  feeds: Readonly<Record<string, Float64Array>>,
  name: string,
  seeds: Float64Array,
  step: number,
): Promise<Float64Array> {
  const values = feeds[name].slice();
  const objective = async (place: number, value: number): Promise<number> => {
    const kept = values[place];
    values[place] = value;
    const { data } = (await session.run({ ...feeds, [name]: values }))[OUTPUT];
    values[place] = kept;
    return data.reduce((sum, y, i) => sum + y * seeds[i], 0);
  };
  const result = new Float64Array(values.length);
  for (const [place, value] of values.entries()) {
    const above = value + step;
    const below = value - step;
    result[place] = ((await objective(place, above)) - (await objective(place, below))) / (above - below);
  }
  return result;
}
