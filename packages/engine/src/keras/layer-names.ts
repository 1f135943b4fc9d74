/** Names that our specifications take, made of those that Keras took. */
import { MODEL_INPUT } from '../spec/schema.js';
import type { ImportSession } from './session.js';

const LONGEST = 200;

export class LayerNames {
  readonly #used = new Set<string>([MODEL_INPUT]);
  readonly #session: ImportSession;

  constructor(session: ImportSession) {
    this.#session = session;
  }

  /** The name itself where it can be used. */
  claim(name: string): string {
    const base = name.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, LONGEST) || 'layer';
    let free = base;
    for (let i = 1; this.#used.has(free); i++) free = `${base}_${i}`;
    this.#used.add(free);
    if (free !== name) this.#session.note(`layer "${name.slice(0, LONGEST)}" is called "${free}" here`);
    return free;
  }
}
