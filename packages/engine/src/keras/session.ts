/** What one import gathers on its way: errors, notes and what holds for the whole document. */
import type { FieldError } from '@trainyard/contracts';

/** More would help nobody. */
const MAX_ERRORS = 50;
const MAX_NOTES = 100;

export type DataFormat = 'channels_last' | 'channels_first';

export class ImportSession {
  /** Whether Keras 3 wrote the document: some names changed their meaning with it. */
  readonly isKeras3: boolean;
  readonly dataFormat: DataFormat;
  readonly notes = new Set<string>();
  readonly #errors: FieldError[] = [];
  #omitted = 0;

  constructor(isKeras3: boolean, dataFormat: DataFormat) {
    this.isKeras3 = isKeras3;
    this.dataFormat = dataFormat;
  }

  refuse(pointer: string, detail: string): void {
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ pointer, detail });
    else this.#omitted++;
  }

  note(text: string): void {
    if (this.notes.size < MAX_NOTES) this.notes.add(text);
  }

  /** Everything that was refused, cut short. */
  get errors(): FieldError[] {
    if (this.#omitted === 0) return [...this.#errors];
    return [...this.#errors, { pointer: '', detail: `${this.#omitted} more things of this kind are not listed` }];
  }
}
