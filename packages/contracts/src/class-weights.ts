/** How much the rows of each class count in a training's loss. */
import { type Static, Type } from 'typebox';
import { type FieldError, TrainyardError } from './errors.js';

/** One flat union: an error is then about the member that was meant. */
export const ClassWeightOptions = Type.Union(
  [
    Type.Literal('balanced'),
    Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1e6 }), { maxProperties: 100_000 }),
    Type.Null(),
  ],
  {
    description: 'By class name, 1 for a class that is not named; "balanced": images / (classes * images of the class)',
  },
);
export type ClassWeightOptions = Static<typeof ClassWeightOptions>;

/** What is known of the classes of the train split. */
export interface ClassCounts {
  classNames?: readonly string[];
  /** Images of each class in the train split. */
  classCounts?: readonly number[];
}

const POINTER = '/training/class_weights';

/**
 * One weight for each class, in the order of the data set's classes; null where all count the same. Throws
 * `invalid_request` for a class that is not there.
 */
export function resolveClassWeights(options: ClassWeightOptions | undefined, known: ClassCounts): number[] | null {
  if (options === undefined || options === null) return null;
  const { classNames, classCounts } = known;
  if (classNames === undefined || classCounts === undefined) {
    throw refusal([{ pointer: POINTER, detail: 'Expected data with classes; this data has none.' }]);
  }
  return options === 'balanced' ? balanced(classCounts) : byName(options, classNames);
}

/** As scikit-learn's "balanced": n / (k · nᶜ). A class without images gets 1, which is never used. */
function balanced(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 1 : total / (counts.length * count)));
}

function byName(weights: Readonly<Record<string, number>>, names: readonly string[]): number[] {
  const known = new Set(names);
  const unknown = Object.keys(weights).filter((name) => !known.has(name));
  if (unknown.length > 0) throw refusal(unknown.map((name) => unknownClass(name, names)));
  return names.map((name) => (Object.hasOwn(weights, name) ? weights[name] : 1));
}

const NAMES_SHOWN = 20;

function unknownClass(name: string, names: readonly string[]): FieldError {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const token = name.replaceAll('~', '~0').replaceAll('/', '~1');
  return { pointer: `${POINTER}/${token}`, detail: `There is no such class. The classes are ${shown}${more}.` };
}

function refusal(errors: FieldError[]): TrainyardError {
  return new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
}
