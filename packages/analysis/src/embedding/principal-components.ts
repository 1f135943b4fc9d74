/** Principal components: the two directions in which rows of numbers differ most. */

export interface PrincipalComponents {
  /** [rows, 2]: the centred rows along the first two components. */
  readonly projected: Float64Array;
  /** The part of the variance that lies along each. */
  readonly ratio: readonly [number, number];
}

/** Vectors that are followed at once; more than are wanted, so that close ones do not slow each other down. */
const BLOCK = 8;
const ROUNDS_MAX = 300;
const PRECISION = 1e-11;

/**
 * By block power iteration with Rayleigh–Ritz steps (Golub and Van Loan, Matrix Computations, 8.2.4) on the centred rows;
 * equal to scikit-learn's `PCA(n_components=2)` with its signs: the largest loading of each component is positive.
 *
 * @param rows float32 [count, width]
 * @throws RangeError where the rows do not fill their shape or there are none
 */
export function principalComponents(rows: Float32Array, width: number): PrincipalComponents {
  const count = rows.length / width;
  if (!Number.isInteger(count) || count < 1 || width < 1) {
    throw new RangeError(`expected rows of ${width} numbers; received ${rows.length} numbers`);
  }
  const centred = centre(rows, width);
  const total = sumOfSquares(centred);
  const size = Math.min(BLOCK, width);
  let basis = orthonormal(startingVectors(width, size), width);
  let values: number[] = [];
  for (let round = 0; round < ROUNDS_MAX && total > 0; round++) {
    const image = covarianceTimes(centred, width, basis);
    const { values: found, vectors } = symmetricEigen(products(basis, image, width));
    const isStill = [0, 1].every((k) => Math.abs((found[k] ?? 0) - (values[k] ?? 0)) <= PRECISION * (found[0] || 1));
    values = found;
    basis = orthonormal(combine(image, vectors, width), width);
    // Eigenvalues settle twice as fast as vectors do.
    if (isStill && residual(centred, width, basis, values) <= 1e-9) break;
  }
  const components = [0, 1].map((k) => signed(basis[k] ?? new Float64Array(width)));
  const projected = new Float64Array(2 * count);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < 2; k++) projected[2 * row + k] = dot(centred, row * width, components[k]);
  }
  return { projected, ratio: [share(projected, 0, total), share(projected, 1, total)] };
}

function centre(rows: Float32Array, width: number): Float64Array {
  const count = rows.length / width;
  const means = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) means[i % width] += rows[i];
  for (let i = 0; i < width; i++) means[i] /= count;
  return Float64Array.from(rows, (value, i) => value - means[i % width]);
}

/** A fixed start, so that equal rows give equal pictures: a sequence without pattern (Weyl's, of the golden ratio). */
function startingVectors(width: number, size: number): Float64Array[] {
  return Array.from({ length: size }, (_, k) =>
    Float64Array.from({ length: width }, (_, i) => (((i * size + k + 1) * 0.6180339887498949) % 1) - 0.5),
  );
}

/** Xᵀ X v for each vector. */
function covarianceTimes(rows: Float64Array, width: number, vectors: readonly Float64Array[]): Float64Array[] {
  const out = vectors.map(() => new Float64Array(width));
  for (let start = 0; start < rows.length; start += width) {
    for (let k = 0; k < vectors.length; k++) {
      const along = dot(rows, start, vectors[k]);
      const sum = out[k];
      for (let i = 0; i < width; i++) sum[i] += along * rows[start + i];
    }
  }
  return out;
}

function dot(rows: Float64Array, start: number, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += rows[start + i] * vector[i];
  return sum;
}

/** Gram and Schmidt, twice, since once leaves what rounding makes of it. */
function orthonormal(vectors: readonly Float64Array[], width: number): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) {
        const along = dot(rest, 0, other);
        for (let i = 0; i < width; i++) rest[i] -= along * other[i];
      }
    }
    const length = Math.sqrt(dot(rest, 0, rest));
    const before = Math.sqrt(dot(vector, 0, vector));
    // What the others span already adds nothing.
    if (length > 1e-12 * before) done.push(rest.map((value) => value / length));
  }
  return done;
}

function products(basis: readonly Float64Array[], image: readonly Float64Array[], width: number): number[][] {
  const raw = basis.map((a) => image.map((b) => dot(a, 0, b)));
  if (basis[0]?.length !== width) throw new RangeError('vectors and rows differ in width');
  return raw.map((row, i) => row.map((value, j) => (value + raw[j][i]) / 2));
}

function combine(image: readonly Float64Array[], vectors: readonly number[][], width: number): Float64Array[] {
  return vectors.map((weights) => {
    const sum = new Float64Array(width);
    weights.forEach((weight, k) => {
      for (let i = 0; i < width; i++) sum[i] += weight * image[k][i];
    });
    return sum;
  });
}

/** How far the first two vectors are from being eigenvectors, as a part of the first eigenvalue. */
function residual(
  rows: Float64Array,
  width: number,
  basis: readonly Float64Array[],
  values: readonly number[],
): number {
  const first = basis.slice(0, 2);
  const image = covarianceTimes(rows, width, first);
  let worst = 0;
  first.forEach((vector, k) => {
    const value = dot(image[k], 0, vector);
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (image[k][i] - value * vector[i]) ** 2;
    worst = Math.max(worst, Math.sqrt(squares));
  });
  return worst / (values[0] || 1);
}

/** Of a small symmetric matrix, largest first, by Jacobi's rotations. Vectors are rows. */
function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] ** 2;
    if (off === 0) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => v.map((row) => row[i])) };
}

function rotate(a: number[][], v: number[][], p: number, q: number): void {
  if (Math.abs(a[p][q]) <= Number.EPSILON * 1e-3 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))) {
    a[p][q] = 0;
    a[q][p] = 0;
    return;
  }
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  for (let k = 0; k < a.length; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
  for (const row of v) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}

function signed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function share(projected: Float64Array, component: 0 | 1, total: number): number {
  let sum = 0;
  for (let i = component; i < projected.length; i += 2) sum += projected[i] ** 2;
  return total > 0 ? sum / total : 0;
}
