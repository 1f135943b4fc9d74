/** All predictions and labels of a data set, for metrics that cannot be gathered batch by batch. */
import type { Labels } from './metric.js';

export class KeptPredictions {
  private readonly predictions: Float32Array[] = [];
  private readonly labels: Labels[] = [];
  private readonly width: number;
  private readonly labelWidth: number;

  /**
   * @param width predictions in a row
   * @param labelWidth 1 for class indices, else the width: a number from 0 to 1 for each label
   */
  constructor(width: number, labelWidth: number) {
    this.width = width;
    this.labelWidth = labelWidth;
  }

  add(predictions: Float32Array, labels: Labels, rows: number): void {
    this.predictions.push(predictions.slice(0, rows * this.width));
    this.labels.push(labels.slice(0, rows * this.labelWidth));
  }

  /** Batch by batch: its rows, its predictions and its labels. */
  save(): number[] {
    return this.predictions.flatMap((predictions, batch) => [
      predictions.length / this.width,
      ...predictions,
      ...this.labels[batch],
    ]);
  }

  restore(saved: readonly number[]): void {
    this.predictions.length = 0;
    this.labels.length = 0;
    for (let at = 0; at < saved.length; ) {
      const labelsAt = at + 1 + saved[at] * this.width;
      const end = labelsAt + saved[at] * this.labelWidth;
      this.predictions.push(Float32Array.from(saved.slice(at + 1, labelsAt)));
      this.labels.push(Float32Array.from(saved.slice(labelsAt, end)));
      at = end;
    }
  }

  /** The predictions for one class or label, of rows that have it and of rows that have not. */
  split(place: number): { positives: Float32Array; negatives: Float32Array } {
    const positives: number[] = [];
    const negatives: number[] = [];
    this.predictions.forEach((predictions, batch) => {
      const labels = this.labels[batch];
      for (let row = 0; row * this.width < predictions.length; row++) {
        const has = this.labelWidth === 1 ? labels[row] === place : labels[row * this.labelWidth + place] > 0.5;
        (has ? positives : negatives).push(predictions[row * this.width + place]);
      }
    });
    return { positives: Float32Array.from(positives), negatives: Float32Array.from(negatives) };
  }
}
