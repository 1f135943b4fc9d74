// Runs the compiler's graphs on onnxruntime, in float64 as well, which the product's own sessions have no use for.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../../packages/engine/src/graph/graph.js';
import { type DType, type Shape, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { lowerPortable } from '../../packages/engine/src/lowering/portable/index.js';
import { toOnnx } from '../../packages/engine/src/onnx/model.js';

export type Numbers = ArrayLike<number>;

export interface Result {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export interface OpenGraph {
  /** Numbers of every output, by name. */
  run(feeds: Readonly<Record<string, Numbers>>): Promise<Readonly<Record<string, Result>>>;
  release(): Promise<void>;
}

/** A session of a graph, lowered portably unless `lowered` says how. */
export function openGraph(graph: Graph, lowered: (graph: Graph) => Graph = lowerPortable): Promise<OpenGraph> {
  const types = new Map(graph.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
  return openOnnx(toOnnx(lowered(graph), { name: 'test' }), types);
}

export interface InputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A session of an ONNX file whose inputs have the given types. */
export async function openOnnx(onnx: Uint8Array, types: ReadonlyMap<string, InputType>): Promise<OpenGraph> {
  const isFloat64 = [...types.values()].some(({ dtype }) => dtype === 'float64');
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    // It would fuse x · sigmoid(x) into an operator that it has in float32 alone.
    graphOptimizationLevel: isFloat64 ? 'basic' : 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(feeds) {
      const inputs = [...types].map(([name, type]) => [name, toTensor(name, type, feeds[name])] as const);
      const results = await session.run(Object.fromEntries(inputs));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]));
    },
    release: () => session.release(),
  };
}

function toTensor(name: string, { dtype, shape }: InputType, values: Numbers | undefined): Tensor {
  if (values?.length !== sizeOf(shape)) throw new Error(`${name}: expected [${shape}]; received ${values?.length}`);
  switch (dtype) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(values), shape);
    case 'float64':
      return new Tensor('float64', Float64Array.from(values), shape);
    case 'int32':
      return new Tensor('int32', Int32Array.from(values), shape);
    case 'uint8':
      return new Tensor('uint8', Uint8Array.from(values), shape);
    case 'bool':
      return new Tensor('bool', Uint8Array.from(values), shape);
    default:
      throw new Error(`${name}: no test feeds ${dtype}`);
  }
}

function fromTensor({ dims, data }: Tensor): Result {
  return { shape: dims, data: Float64Array.from(data as Iterable<unknown>, Number) };
}
