/** One parameter of a search: what values it may have, and when it is set at all. */
import type { Assignment } from '@trainyard/contracts';

export interface Choice {
  readonly kind: 'choice';
  readonly values: readonly unknown[];
}

/** Numbers from `low` to `high`, both included. */
export interface Range {
  readonly kind: 'range';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** The distance of neighbouring values from `low` on; null where every number will do. */
  readonly step: number | null;
}

export type Parameter = (Choice | Range) & {
  /** JSON pointer to what it sets. */
  readonly pointer: string;
  /** What other parameters must be for it to be set. */
  readonly when: readonly Condition[];
};

export interface Condition {
  readonly pointer: string;
  readonly values: readonly unknown[];
}

/** Whether the parameters before it let it be set. */
export function isSet({ when }: Parameter, assignment: Assignment): boolean {
  return when.every(
    ({ pointer, values }) =>
      Object.hasOwn(assignment, pointer) && values.some((value) => isSame(value, assignment[pointer])),
  );
}

/** Whether two JSON values are equal; the order of fields does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  return keyOf(a) === keyOf(b);
}

/** A text that equal JSON values share. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The place of a value among those of a choice; the first where it is none of them. */
export function placeOf({ values }: Choice, value: unknown): number {
  return Math.max(
    0,
    values.findIndex((each) => isSame(each, value)),
  );
}
