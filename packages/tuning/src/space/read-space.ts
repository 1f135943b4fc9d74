/** Reads a posted search space: fills in defaults, puts parents before what depends on them, and refuses nonsense. */
import { type FieldError, type SearchSpace, type SpaceParameter, TrainyardError } from '@trainyard/contracts';
import { type Condition, isSame, type Parameter, type Range } from './parameter.js';
import { escaped, spacePointer } from './pointer.js';
import { valuesOf } from './scale.js';

const ROOTS = ['model', 'training'];

/** The parameters, each after those that its condition names. Throws `invalid_request` with pointers below `/space`. */
export function readSpace(space: SearchSpace): Parameter[] {
  const errors: FieldError[] = [];
  const parameters = Object.entries(space).flatMap(([pointer, posted]) => {
    const found = [...pointerErrors(pointer), ...rangeErrors(pointer, posted)];
    errors.push(...found);
    return found.length === 0 ? [toParameter(pointer, posted)] : [];
  });
  if (errors.length === 0)
    errors.push(...overlaps(parameters), ...parameters.flatMap((each) => whenErrors(each, parameters)));
  const ordered = errors.length === 0 ? parentsFirst(parameters) : [];
  if (errors.length === 0 && ordered.length < parameters.length) errors.push(...circles(parameters, ordered));
  if (errors.length > 0)
    throw new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
  return ordered;
}

function refused(pointer: string, detail: string, rest = ''): FieldError[] {
  return [{ pointer: spacePointer(pointer) + rest, detail }];
}

function pointerErrors(pointer: string): FieldError[] {
  const [empty, root, ...rest] = pointer.split('/');
  const isPointer = empty === '' && ROOTS.includes(root) && rest.length > 0 && !/~(?![01])/.test(pointer);
  const isUnsafe = rest.some((name) => ['__proto__', 'constructor', 'prototype'].includes(name));
  if (isPointer && !isUnsafe) return [];
  const detail = `Expected a JSON pointer into "training" or "model", such as /training/optimizer/learning_rate; received ${JSON.stringify(pointer)}.`;
  return refused(pointer, detail);
}

function rangeErrors(pointer: string, posted: SpaceParameter): FieldError[] {
  if (Array.isArray(posted) || 'values' in posted) return [];
  const { min, max, log = false, integer = false, step } = posted;
  if (max < min) return refused(pointer, `Expected at least min, ${min}; received ${max}.`, '/max');
  if (log && min <= 0) return refused(pointer, `Expected more than 0, because of log; received ${min}.`, '/min');
  if (log && step !== undefined && !(integer && step === 1)) {
    return refused(pointer, 'Leave step out, or log: even steps of the logarithm are a list of values.', '/step');
  }
  const wholes = { min, max, ...(step === undefined ? {} : { step }) };
  const broken = Object.entries(wholes).find(([, value]) => integer && !Number.isInteger(value));
  if (broken)
    return refused(pointer, `Expected a whole number, because of integer; received ${broken[1]}.`, `/${broken[0]}`);
  if (step !== undefined && step > max - min && max > min) {
    return refused(pointer, `Expected at most max - min, ${max - min}; received ${step}.`, '/step');
  }
  return [];
}

function toParameter(pointer: string, posted: SpaceParameter): Parameter {
  if (Array.isArray(posted)) return { pointer, kind: 'choice', values: posted, when: [] };
  const when: Condition[] = Object.entries(posted.when ?? {}).map(([other, values]) => ({ pointer: other, values }));
  if ('values' in posted) return { pointer, kind: 'choice', values: posted.values, when };
  const { min: low, max, log = false, integer = false } = posted;
  const step = posted.step ?? (integer ? 1 : null);
  if (low === max) return { pointer, kind: 'choice', values: [low], when };
  // The last value that steps from min on reach.
  const high = step === null ? max : Number((low + Math.floor((max - low) / step + 1e-9) * step).toPrecision(12));
  return { pointer, kind: 'range', low, high, log, step, when };
}

/** One parameter would undo what the other sets. */
function overlaps(parameters: readonly Parameter[]): FieldError[] {
  return parameters.flatMap(({ pointer }) => {
    const inner = parameters.find((other) => other.pointer.startsWith(`${pointer}/`));
    return inner
      ? refused(inner.pointer, `It lies inside ${pointer}, which is a parameter too. Search one of them.`)
      : [];
  });
}

function whenErrors({ pointer, when }: Parameter, parameters: readonly Parameter[]): FieldError[] {
  return when.flatMap((condition) => {
    const place = `/when/${escaped(condition.pointer)}`;
    const parent = parameters.find((each) => each.pointer === condition.pointer);
    if (parent === undefined)
      return refused(pointer, 'Expected the pointer of another parameter of this space.', place);
    const strange = condition.values.find((value) => !canBe(parent, value));
    if (strange === undefined) return [];
    return refused(
      pointer,
      `Expected values that ${parent.pointer} can have; received ${JSON.stringify(strange)}.`,
      place,
    );
  });
}

function canBe(parameter: Parameter, value: unknown): boolean {
  if (parameter.kind === 'choice') return parameter.values.some((each) => isSame(each, value));
  return typeof value === 'number' && isInside(parameter, value);
}

function isInside(range: Range, value: number): boolean {
  if (value < range.low || value > range.high) return false;
  return range.step === null || valuesOf(range).includes(value);
}

/** In the order in which they were posted, but for those whose parents come later. */
function parentsFirst(parameters: readonly Parameter[]): Parameter[] {
  const ordered: Parameter[] = [];
  const isPlaced = (pointer: string) => ordered.some((each) => each.pointer === pointer);
  const isNext = ({ pointer, when }: Parameter) =>
    !isPlaced(pointer) && when.every((condition) => isPlaced(condition.pointer));
  for (let next = parameters.find(isNext); next; next = parameters.find(isNext)) ordered.push(next);
  return ordered;
}

function circles(parameters: readonly Parameter[], ordered: readonly Parameter[]): FieldError[] {
  const left = parameters.filter((each) => !ordered.includes(each));
  return left.flatMap(({ pointer }) => refused(pointer, 'Its condition depends on itself. Break the circle.', '/when'));
}
