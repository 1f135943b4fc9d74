/** Ends a training whose monitored figure has not become better for some epochs, as Keras' EarlyStopping does. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Resolved, withDefaults } from './defaults.js';
import { Count, Flag } from './number-schemas.js';
import { Nullable, Strict, Words } from './schema.js';

export const EarlyStoppingOptions = Strict({
  monitor: Type.Optional(
    Type.String({
      pattern: '^(val_)?[a-z0-9_]{1,64}$',
      default: 'val_loss',
      description: 'loss or a metric, with val_ for the validation split',
    }),
  ),
  patience: Type.Optional(Count(0, { default: 5, description: 'Epochs without a better figure' })),
  min_delta: Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: 0 })),
  mode: Type.Optional(Words(['auto', 'min', 'max'] as const, { default: 'auto' })),
  restore_best: Flag(true, { description: 'The result is the best epoch by the monitored figure, else the last one' }),
});
export type EarlyStoppingOptions = Static<typeof EarlyStoppingOptions>;

/** With every default filled in. */
export type EarlyStopping = Omit<Resolved<EarlyStoppingOptions>, 'mode'> & { mode: 'min' | 'max' };

export function resolveEarlyStopping(options: EarlyStoppingOptions): EarlyStopping {
  const filled = withDefaults(EarlyStoppingOptions, options);
  return { ...filled, mode: filled.mode === 'auto' ? directionOf(filled.monitor) : filled.mode };
}

/** As Keras' `auto`: figures of what was right are to rise, all others to fall. */
export function directionOf(monitor: string): 'min' | 'max' {
  return /accuracy|precision|recall|f1|auc/.test(monitor) ? 'max' : 'min';
}

/** What it knows after an epoch, as checkpoints keep it. */
export const EarlyStoppingState = Strict({
  best: Nullable(Type.Number({ description: 'The best figure so far' })),
  wait: Type.Integer({ minimum: 0, description: 'Epochs since then' }),
});
export type EarlyStoppingState = Static<typeof EarlyStoppingState>;

/** A stored state. Throws for anything else. */
export function parseEarlyStoppingState(value: unknown): EarlyStoppingState {
  return Value.Parse(EarlyStoppingState, value);
}
