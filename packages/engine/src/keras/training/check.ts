/** Checks what was read against the schema of a training, so that each error points into Keras' own document. */
import type { TSchema } from 'typebox';
import { checkFields } from '../../spec/fields.js';
import type { KerasConfig } from '../config.js';

/** Refuses fields that the schema does not take. `type` was chosen by us. */
export function checkOptions(config: KerasConfig, options: Readonly<Record<string, unknown>>, schema: TSchema): void {
  const { properties = {} }: { properties?: Record<string, TSchema> } = schema;
  const errors: { pointer: string; detail: string }[] = [];
  checkFields(config.pointer, { ...options }, properties, errors);
  for (const { pointer, detail } of errors) config.session.refuse(pointer, `${config.subject}: ${detail}`);
}
