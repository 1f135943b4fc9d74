/** Settings as points of the unit cube, one dimension a parameter. */
import type { Assignment } from '@trainyard/contracts';
import { type Choice, type Parameter, placeOf } from '../space/parameter.js';
import { lineOf, placeOnLine } from '../space/scale.js';

export interface Outcome {
  readonly assignment: Assignment;
  readonly value: number;
}

/**
 * Values of a list have a stretch each: numbers in their order, others in the order of their mean outcomes, in which a
 * single cut divides them best (Fisher, 1958). Where a parameter is not set in some of the settings, a stretch at 0, as
 * long as their share, stands for that.
 */
export function toUnitCube(parameters: readonly Parameter[], outcomes: readonly Outcome[]): number[][] {
  const columns = parameters.map((parameter) => columnOf(parameter, outcomes));
  return outcomes.map((_, row) => columns.map((column) => column[row]));
}

function columnOf(parameter: Parameter, outcomes: readonly Outcome[]): number[] {
  const settings = outcomes.map(({ assignment }) => assignment);
  const ranks = parameter.kind === 'choice' ? ranksOf(parameter, outcomes) : [];
  const isThere = settings.map((assignment) => Object.hasOwn(assignment, parameter.pointer));
  const unset = isThere.filter((there) => !there).length / settings.length;
  return settings.map((assignment, row) =>
    isThere[row] ? unset + (1 - unset) * unitPlace(parameter, assignment[parameter.pointer], ranks) : unset / 2,
  );
}

function unitPlace(parameter: Parameter, value: unknown, ranks: readonly number[]): number {
  if (parameter.kind === 'choice') return (ranks[placeOf(parameter, value)] + 0.5) / parameter.values.length;
  const { from, to } = lineOf(parameter);
  return to > from ? (placeOnLine(parameter, Number(value)) - from) / (to - from) : 0.5;
}

/** The rank of each value of a list; of one that was never tried, the outcome counts as the mean of all. */
function ranksOf(choice: Choice & Pick<Parameter, 'pointer'>, outcomes: readonly Outcome[]): number[] {
  const mean = (some: readonly Outcome[]) => some.reduce((sum, { value }) => sum + value, 0) / some.length;
  const isNumeric = choice.values.every((value) => typeof value === 'number');
  const means = choice.values.map((value, place) => {
    if (isNumeric) return Number(value);
    const own = outcomes.filter(
      ({ assignment }) =>
        Object.hasOwn(assignment, choice.pointer) && placeOf(choice, assignment[choice.pointer]) === place,
    );
    return mean(own.length > 0 ? own : outcomes);
  });
  const order = means.map((_, place) => place).sort((a, b) => means[a] - means[b] || a - b);
  return means.map((_, place) => order.indexOf(place));
}
