/** What a row of predictions says. A prediction that is not a number says nothing, so it is never right. */

/** The class of the largest prediction, the first of equal ones; −1 where one is not a number. */
export function largestOf(predictions: Float32Array, row: number, width: number): number {
  const start = row * width;
  let best = 0;
  for (let i = 0; i < width; i++) {
    const value = predictions[start + i];
    if (Number.isNaN(value)) return -1;
    if (value > predictions[start + best]) best = i;
  }
  return best;
}

/** Whether a label is predicted: strictly above one half, as in Keras. */
export function isPositive(prediction: number): boolean {
  return prediction > 0.5;
}
