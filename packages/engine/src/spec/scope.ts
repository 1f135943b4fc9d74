/** The names that layers of one model see: those of their own list, and "input" for what feeds the list. */
import { MODEL_INPUT } from './schema.js';

/** Finds the layer that a name stands for: its full name, or null where there is none. */
export type Resolve = () => string | null;

export class Scope {
  /** Whether no weight of these layers is trained. */
  readonly frozen: boolean;
  readonly #prefix: string;
  readonly #outputs = new Map<string, Resolve>();
  #last: Resolve;

  /** @param entry what "input" stands for, and the first layer follows */
  constructor(prefix: string, entry: Resolve, frozen = false) {
    this.frozen = frozen;
    this.#prefix = prefix;
    this.#outputs.set(MODEL_INPUT, entry);
    this.#last = entry;
  }

  /** The scope of a whole model. */
  static ofModel(): Scope {
    return new Scope('', () => MODEL_INPUT);
  }

  /** What the next layer follows where it does not say. */
  get previous(): Resolve {
    return this.#last;
  }

  /** The scope of a model that stands in this one. */
  nested(name: string, entry: Resolve, frozen: boolean): Scope {
    return new Scope(`${this.fullName(name)}.`, entry, frozen);
  }

  fullName(name: string): string {
    return this.#prefix + name;
  }

  /** Adds a layer, or a nested model by what its output is. */
  add(name: string, output: Resolve): void {
    this.#outputs.set(name, output);
    this.#last = output;
  }

  find(name: string): Resolve {
    return () => this.#outputs.get(name)?.() ?? null;
  }
}
