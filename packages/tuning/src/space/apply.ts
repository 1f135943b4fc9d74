/** Puts the values of a trial into the bodies that they point into. */
import { type Assignment, TrainyardError } from '@trainyard/contracts';
import { escaped, namesOf, spacePointer } from './pointer.js';

/** What a trial begins with, as in the body of a job. */
export interface TrialBody {
  model: unknown;
  training: unknown;
}

/** Fields that may be given by a word alone, or be left out, and have fields of their own: each with its default. */
const NAMED: Readonly<Record<string, string | null>> = {
  '/training/optimizer': 'adam',
  '/training/schedule': null,
  '/training/loss': null,
};

/**
 * A copy with every value in its place. Objects on the way that are not there are made; where a word stands for an object
 * with that type, it becomes one. Throws `invalid_request` where the way leads through something else.
 */
export function applyAssignment(body: TrialBody, assignment: Assignment): TrialBody {
  const copy: TrialBody = structuredClone({ model: body.model, training: body.training ?? {} });
  // Shorter pointers first: a type is there before its arguments are.
  const byDepth = Object.entries(assignment).sort(([a], [b]) => a.split('/').length - b.split('/').length);
  for (const [pointer, value] of byDepth) put(copy, pointer, structuredClone(value));
  return copy;
}

function put(body: object, pointer: string, value: unknown): void {
  const names = namesOf(pointer);
  const last = names.pop() ?? '';
  let holder: object = body;
  let way = '';
  for (const name of names) {
    way += `/${escaped(name)}`;
    const found: unknown = Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
    const next = asObject(found, way);
    if (next === null) throw noPlace(pointer, way);
    if (next !== found) set(holder, name, next, pointer);
    holder = next;
  }
  set(holder, last, value, pointer);
}

function set(holder: object, name: string, value: unknown, pointer: string): void {
  if (Array.isArray(holder) && !(/^(0|[1-9]\d*)$/.test(name) && Number(name) < holder.length)) {
    throw noPlace(pointer, `item ${name} of a list of ${holder.length}`);
  }
  Reflect.set(holder, name, value);
}

/** What is there as something that has fields; null where it is a bare value. */
function asObject(found: unknown, way: string): object | null {
  if (found !== null && typeof found === 'object') return found;
  if (typeof found === 'string' && Object.hasOwn(NAMED, way)) return { type: found };
  if (found !== undefined && found !== null) return null;
  const type = NAMED[way] ?? null;
  return type === null ? {} : { type };
}

function noPlace(pointer: string, way: string): TrainyardError {
  const detail = `There is nothing at ${way} that ${pointer} could set. Expected a pointer into what "model" and "training" hold.`;
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer: spacePointer(pointer), detail }] });
}
