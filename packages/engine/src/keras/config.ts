/** Reads the configuration of one Keras object key by key, and refuses what nobody asked for. */
import { describeReceived } from '../spec/expectation.js';
import { fieldOf, type JsonRecord, type Located, pointerTo, sameJson } from './json.js';
import type { ImportSession } from './session.js';

export class KerasConfig {
  readonly session: ImportSession;
  /** How errors call the object: `layer "conv2d"`. */
  readonly subject: string;
  readonly value: JsonRecord;
  readonly pointer: string;
  readonly #read = new Set<string>();

  constructor(session: ImportSession, subject: string, value: JsonRecord, pointer: string) {
    this.session = session;
    this.subject = subject;
    this.value = value;
    this.pointer = pointer;
  }

  /** The first of these keys that is set; null counts as left out. Each of them is known from then on. */
  find(...keys: readonly string[]): (Located & { readonly key: string }) | undefined {
    for (const key of keys) this.#read.add(key);
    for (const key of keys) {
      const value = fieldOf(this.value, key);
      if (value !== undefined && value !== null) return { key, value, pointer: pointerTo(this.pointer, key) };
    }
    return undefined;
  }

  take(...keys: readonly string[]): unknown {
    return this.find(...keys)?.value;
  }

  /** The configuration of an object that a key holds. */
  inner(key: string, { className, config }: { className: string; config: Located<JsonRecord> }): KerasConfig {
    return new KerasConfig(this.session, `${this.subject}: ${key} ${className}`, config.value, config.pointer);
  }

  /** Takes a key only where it says what would hold without it. */
  accept(key: string, values: readonly unknown[], nearest: string): void {
    const found = this.find(key);
    if (found && !values.some((value) => sameJson(value, found.value))) this.refuse(key, nearest);
  }

  /** Refuses a key that is set. */
  refuse(key: string, nearest: string): void {
    this.#read.add(key);
    const value = describeReceived(fieldOf(this.value, key));
    this.session.refuse(pointerTo(this.pointer, key), `${this.subject}: ${key} ${value} is not supported; ${nearest}`);
  }

  /** Refuses the object for a reason that no single key has. */
  refuseAll(detail: string): void {
    this.session.refuse(this.pointer, `${this.subject}: ${detail}`);
  }

  /** Refuses every key that is set and was not read. */
  finish(known: readonly string[]): void {
    for (const key of Object.keys(this.value)) {
      if (this.#read.has(key) || fieldOf(this.value, key) === null) continue;
      const expected = known.length > 0 ? `supported are ${known.join(', ')}` : 'it takes no arguments';
      this.refuse(key, expected);
    }
  }
}
