/** The directions in which a set of vectors varies most. */

const SWEEPS_MAX = 30;

/** Eigenvectors of the covariance of the rows, [count, length], largest first, with their variances. */
export function principalAxes(
  rows: Float32Array,
  length: number,
): { mean: Float32Array; axes: Float32Array[]; variances: number[] } {
  const count = rows.length / length;
  const mean = new Float64Array(length);
  for (let at = 0; at < rows.length; at++) mean[at % length] += rows[at] / count;
  const covariance = covarianceOf(rows, mean, count);
  const vectors = diagonalise(covariance, length);
  const order = Array.from({ length }, (_, index) => index).sort(
    (a, b) => covariance[b * length + b] - covariance[a * length + a],
  );
  return {
    mean: Float32Array.from(mean),
    axes: order.map((axis) => Float32Array.from({ length }, (_, row) => vectors[row * length + axis])),
    variances: order.map((axis) => Math.max(0, covariance[axis * length + axis])),
  };
}

function covarianceOf(rows: Float32Array, mean: Float64Array, count: number): Float64Array {
  const length = mean.length;
  const covariance = new Float64Array(length * length);
  const centred = new Float64Array(length);
  for (let row = 0; row < count; row++) {
    for (let a = 0; a < length; a++) centred[a] = rows[row * length + a] - mean[a];
    for (let a = 0; a < length; a++) {
      const value = centred[a] / count;
      for (let b = 0; b <= a; b++) covariance[a * length + b] += value * centred[b];
    }
  }
  for (let a = 0; a < length; a++) for (let b = 0; b < a; b++) covariance[b * length + a] = covariance[a * length + b];
  return covariance;
}

/** Jacobi's method: leaves the eigenvalues on the diagonal of the matrix; the columns of what it returns are the vectors. */
function diagonalise(matrix: Float64Array, n: number): Float64Array {
  const vectors = new Float64Array(n * n);
  for (let row = 0; row < n; row++) vectors[row * n + row] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotated = rotate(matrix, vectors, n, p, q) || rotated;
    }
    if (!rotated) break;
  }
  return vectors;
}

/** Makes the element (p, q) zero, unless it is next to that already. */
function rotate(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): boolean {
  const off = matrix[p * n + q];
  const diagonal = matrix[q * n + q] - matrix[p * n + p];
  if (Math.abs(off) <= 1e-9 * Math.sqrt(Math.abs(matrix[p * n + p] * matrix[q * n + q])) || off === 0) return false;
  const theta = diagonal / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) turn(matrix, k * n + p, k * n + q, cosine, sine);
  for (let k = 0; k < n; k++) turn(matrix, p * n + k, q * n + k, cosine, sine);
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, cosine, sine);
  return true;
}

function turn(values: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const a = values[first];
  const b = values[second];
  values[first] = cosine * a - sine * b;
  values[second] = sine * a + cosine * b;
}
