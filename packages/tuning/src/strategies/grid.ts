/** Every combination of the values, the first parameter slowest, as scikit-learn's ParameterGrid goes through them. */
import { type Assignment, TrainyardError } from '@trainyard/contracts';
import { isSet, type Parameter } from '../space/parameter.js';
import { spacePointer } from '../space/pointer.js';
import { valuesOf } from '../space/scale.js';

/** Of a parameter whose condition does not hold no value is tried, so no combination comes twice. */
export function* gridOf(parameters: readonly Parameter[]): Generator<Assignment, void> {
  yield* combinations(parameters, {});
}

function* combinations([first, ...rest]: readonly Parameter[], before: Assignment): Generator<Assignment, void> {
  if (first === undefined) {
    yield before;
    return;
  }
  if (!isSet(first, before)) {
    yield* combinations(rest, before);
    return;
  }
  for (const value of first.kind === 'choice' ? first.values : valuesOf(first)) {
    yield* combinations(rest, { ...before, [first.pointer]: value });
  }
}

/** How many combinations there are, counted no further than `most`. */
export function gridSize(parameters: readonly Parameter[], most: number): number {
  let size = 0;
  for (const _ of gridOf(parameters)) if (++size >= most) break;
  return size;
}

/** The combination of a trial, by its number from 1; null beyond the last. */
export function gridTrial(parameters: readonly Parameter[], number: number): Assignment | null {
  let place = 0;
  for (const assignment of gridOf(parameters)) if (++place === number) return assignment;
  return null;
}

/** Throws `invalid_request` for a range without steps: it has no end of values. */
export function refuseEndlessGrid(parameters: readonly Parameter[]): void {
  const errors = parameters.flatMap((parameter) =>
    parameter.kind === 'range' && parameter.step === null
      ? [{ pointer: spacePointer(parameter.pointer), detail: 'A grid needs a list of values, or "step" or "integer".' }]
      : [],
  );
  if (errors.length > 0) throw new TrainyardError('invalid_request', errors[0].detail, { errors });
}
