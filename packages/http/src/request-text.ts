/**
 * Refuses what JSON allows but nothing behind the server can hold: texts with NUL or half a surrogate pair (Postgres
 * takes neither), and bodies nested or wide beyond any use. It runs before validation, and without recursion.
 */
import { type FieldError, TrainyardError } from '@trainyard/contracts';
import type { preValidationHookHandler } from 'fastify';
import { pointerToken } from './schema-error.js';

const DEPTH_MAX = 64;
const ITEMS_MAX = 65_536;

interface Place {
  value: unknown;
  pointer: () => string;
  depth: number;
}

/** Throws `invalid_request` at the first such place in the body or query of a request; such an id is `not_found`. */
export const checkRequestText: preValidationHookHandler = (request, _reply, done) => {
  if (isPlain(request.params) && firstUnusable(request.params) !== undefined) {
    throw new TrainyardError('not_found', 'No id or name has such characters. Check the address.');
  }
  for (const part of [request.body, request.query]) {
    const error = isPlain(part) ? firstUnusable(part) : undefined;
    if (error !== undefined) {
      throw new TrainyardError('invalid_request', 'Correct what "errors" points to and send it again.', {
        errors: [error],
      });
    }
  }
  done();
};

/** The first place in `root` that cannot be used; undefined where all can. */
export function firstUnusable(root: object): FieldError | undefined {
  const stack: Place[] = [{ value: root, pointer: () => '', depth: 0 }];
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    const detail = whyUnusable(place.value, place.depth);
    if (detail !== undefined) return { pointer: place.pointer(), detail };
    if (isPlain(place.value)) pushChildren(stack, place.value, place);
  }
  return undefined;
}

function pushChildren(stack: Place[], parent: object, { pointer, depth }: Place): void {
  const push = (name: string | number, value: unknown) => {
    if (typeof value !== 'string' && !isPlain(value)) return;
    stack.push({ value, pointer: () => pointer() + pointerToken(`${name}`), depth: depth + 1 });
  };
  if (Array.isArray(parent)) {
    for (let i = 0; i < parent.length; i++) push(i, parent[i]);
  } else {
    for (const [name, value] of Object.entries(parent)) push(name, value);
  }
}

function whyUnusable(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') {
    return isStorable(value) ? undefined : 'The text holds NUL or half a surrogate pair. Remove it.';
  }
  if (depth > DEPTH_MAX) return `Expected at most ${DEPTH_MAX} levels of nesting.`;
  if (!isPlain(value)) return undefined;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  if ((Array.isArray(value) ? value.length : names.length) > ITEMS_MAX) return `Expected at most ${ITEMS_MAX} items.`;
  return names.every(isStorable) ? undefined : 'A field name here holds NUL or half a surrogate pair. Remove it.';
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

/** An array or a plain object, as JSON makes them; no buffer and no stream. */
function isPlain(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
