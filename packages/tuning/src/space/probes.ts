/** Settings that show whether a space fits the model: each end of each parameter at least once. */
import type { Assignment } from '@trainyard/contracts';
import { isSet, keyOf, type Parameter } from './parameter.js';

/** At most so many; of a long list of values only the first ones. */
const PROBES_MAX = 64;

export interface Probe {
  /** The parameter that it is about. */
  readonly pointer: string;
  readonly assignment: Assignment;
}

/** The first values of all parameters, with one after the other at each of its ends, or at each of its values. */
export function probes(parameters: readonly Parameter[]): Probe[] {
  const found = parameters.flatMap((parameter) =>
    endsOf(parameter).flatMap((value) => {
      const assignment = reaching(parameters, parameter, value);
      return assignment === null ? [] : [{ pointer: parameter.pointer, assignment }];
    }),
  );
  const seen = new Set<string>();
  const different = found.filter(({ assignment }) => {
    const key = keyOf(assignment);
    return !seen.has(key) && seen.add(key);
  });
  return different.slice(0, PROBES_MAX);
}

function endsOf(parameter: Parameter): readonly unknown[] {
  return parameter.kind === 'choice' ? parameter.values : [parameter.low, parameter.high];
}

/** Settings in which a parameter has a value, what its conditions need included; null where they exclude each other. */
function reaching(parameters: readonly Parameter[], target: Parameter, value: unknown): Assignment | null {
  const wanted = new Map<string, unknown>([[target.pointer, value]]);
  for (const parameter of [...parameters].reverse()) {
    if (!wanted.has(parameter.pointer)) continue;
    for (const { pointer, values } of parameter.when) if (!wanted.has(pointer)) wanted.set(pointer, values[0]);
  }
  const assignment: Assignment = {};
  for (const parameter of parameters) {
    if (!isSet(parameter, assignment)) continue;
    const [first] = endsOf(parameter);
    assignment[parameter.pointer] = wanted.has(parameter.pointer) ? wanted.get(parameter.pointer) : first;
  }
  return Object.hasOwn(assignment, target.pointer) ? assignment : null;
}
