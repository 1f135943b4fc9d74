/** Least squares with a handful of regressors, by Cholesky's factors of their products. */

/** Raises the diagonal by this part: what nearly depends on the others gets no large weight (ridge regression). */
const RIDGE = 1e-3;

/** The lower factor L, with L Lᵀ = gram, of the products of n regressors with each other, [n, n]. Written to `lower`. */
export function factorGram(gram: Float64Array, n: number, lower: Float64Array): void {
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let value = gram[row * n + column] * (row === column ? 1 + RIDGE : 1);
      for (let k = 0; k < column; k++) value -= lower[row * n + k] * lower[column * n + k];
      const pivot = lower[column * n + column];
      if (row === column) lower[row * n + row] = Math.sqrt(Math.max(0, value));
      else lower[row * n + column] = pivot > 0 ? value / pivot : 0;
    }
  }
}

/**
 * The part of a value's sum of squares that the regressors explain: |L⁻¹ p|² for their products p with the value, [n].
 * Overwrites the products.
 */
export function explainedSquares(lower: Float64Array, products: Float64Array, n: number): number {
  let explained = 0;
  for (let row = 0; row < n; row++) {
    let value = products[row];
    for (let column = 0; column < row; column++) value -= lower[row * n + column] * products[column];
    const pivot = lower[row * n + row];
    products[row] = pivot > 0 ? value / pivot : 0;
    explained += products[row] ** 2;
  }
  return explained;
}
