/**
 * A random matrix with orthonormal rows, or columns where those are fewer, times `gain` (Saxe, McClelland and Ganguli,
 * 2014). A kernel [O, …] is the matrix of O rows, which is the transpose of what Keras flattens it to, so that either
 * way the same vectors are orthogonal.
 */
import { Type } from 'typebox';
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import type { StreamKey } from '../random/counter.js';
import { Arguments, type InitializerDefinition, Seed } from './definition.js';
import { standardNormal } from './distributions.js';

const OrthogonalArguments = Arguments('orthogonal', {
  gain: Type.Optional(Type.Number({ minimum: -1e6, maximum: 1e6, default: 1 })),
  seed: Seed,
});

export const orthogonal: InitializerDefinition<typeof OrthogonalArguments> = {
  arguments: OrthogonalArguments,
  values({ gain = 1 }, { shape, key }) {
    const [rows, columns] = matrixOf(shape);
    const vectors = orthonormalVectors(Math.min(rows, columns), Math.max(rows, columns), key);
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return gain * (rows <= columns ? vectors[row][column] : vectors[column][row]);
    });
  },
};

/** A vector is a matrix of one row. */
function matrixOf(shape: Shape): [number, number] {
  return shape.length < 2 ? [1, sizeOf(shape)] : [shape[0], sizeOf(shape.slice(1))];
}

/**
 * Normal vectors made orthonormal one after another (Gram and Schmidt): the Q of their QR decomposition with the
 * diagonal of R positive, which is distributed evenly. Each is freed of the others twice, since once leaves their
 * rounding errors in.
 */
function orthonormalVectors(count: number, length: number, key: StreamKey): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, (_, k) => standardNormal(key, 2 * (i * length + k)));
    for (let pass = 0; pass < 2; pass++) for (const other of vectors) subtract(vector, dot(vector, other), other);
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((x) => x / norm));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** a ← a − factor · b. */
function subtract(a: Float64Array, factor: number, b: Float64Array): void {
  for (let k = 0; k < a.length; k++) a[k] -= factor * b[k];
}
