/** Random search (Bergstra and Bengio, 2012): every parameter by itself, evenly on its scale. */
import type { Assignment } from '@trainyard/contracts';
import { type Random, randomOf } from '../random.js';
import { isSet, type Parameter } from '../space/parameter.js';
import { lineOf, valueAt } from '../space/scale.js';

/** What a trial tries: a function of the seed and its number alone. */
export function randomTrial(parameters: readonly Parameter[], seed: number, number: number): Assignment {
  const assignment: Assignment = {};
  for (const parameter of parameters) {
    if (!isSet(parameter, assignment)) continue;
    assignment[parameter.pointer] = randomValue(parameter, randomOf(seed, number, parameter.pointer));
  }
  return assignment;
}

export function randomValue(parameter: Parameter, random: Random): unknown {
  if (parameter.kind === 'choice') return parameter.values[Math.floor(random() * parameter.values.length)];
  const { from, to } = lineOf(parameter);
  return valueAt(parameter, from + random() * (to - from));
}
