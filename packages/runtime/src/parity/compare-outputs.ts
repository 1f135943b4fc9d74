/** How far the outputs of two ways of running one model lie apart. */
import type { ParityComparison } from '@trainyard/contracts';
import type { Task } from '@trainyard/engine';

export interface ComparedOutputs {
  task: Task;
  /** Outputs of an image. */
  width: number;
  tolerance: number;
}

/**
 * Two arrays float32 [count, width]. Probabilities are compared as they are; the values of a regression relative to the
 * largest that their target has in `reference`, since targets have units. What is no finite number lies further apart
 * than any tolerance.
 */
export function compareOutputs(
  outputs: Float32Array,
  reference: Float32Array,
  { task, width, tolerance }: ComparedOutputs,
): ParityComparison {
  if (outputs.length !== reference.length) {
    throw new RangeError(`Expected ${reference.length} outputs; received ${outputs.length}`);
  }
  const scales = task === 'regression' ? largestOf(reference, width) : null;
  let largest = 0;
  for (let place = 0; place < reference.length; place++) {
    const difference = Math.abs(outputs[place] - reference[place]) / (scales?.[place % width] || 1);
    largest = Math.max(largest, Number.isFinite(difference) ? difference : Number.MAX_VALUE);
  }
  const hasClasses = task === 'multiclass' || task === 'binary';
  const top1 = hasClasses ? agreement(outputs, reference, width) : null;
  return { largest_difference: largest, tolerance, top_1_agreement: top1 };
}

export function isWithin({ largest_difference, tolerance }: ParityComparison): boolean {
  return largest_difference <= tolerance;
}

/** Of each target: its largest absolute value over all rows. */
function largestOf(values: Float32Array, width: number): Float64Array {
  const largest = new Float64Array(width);
  for (let place = 0; place < values.length; place++) {
    largest[place % width] = Math.max(largest[place % width], Math.abs(values[place]));
  }
  return largest;
}

/** Rows whose largest output is at the same place. */
function agreement(a: Float32Array, b: Float32Array, width: number): number {
  let same = 0;
  for (let first = 0; first < a.length; first += width) {
    if (topOf(a, first, width) === topOf(b, first, width)) same += 1;
  }
  return same;
}

function topOf(outputs: Float32Array, first: number, width: number): number {
  let top = 0;
  for (let place = 1; place < width; place++) if (outputs[first + place] > outputs[first + top]) top = place;
  return top;
}
