/**
 * How the learning rate changes over a training. The optimizer's `learning_rate` is where a schedule starts (for
 * `one_cycle`: its peak). A warm-up leads up to that rate; the schedule proper begins after it, as in PyTorch's
 * SequentialLR.
 */
import { type Static, Type } from 'typebox';
import { type Resolved, withDefaults } from './defaults.js';
import { directionOf } from './early-stopping.js';
import { TrainyardError } from './errors.js';
import { Count, Factor, Flag } from './number-schemas.js';
import { Nullable, Strict, Words } from './schema.js';

const Fraction = (value: number, options: Record<string, unknown> = {}) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: value, ...options }));

const Length = (description: string) => Type.Optional(Nullable(Count(1, { description }), { default: null }));

const Warmup = {
  warmup_epochs: Type.Optional(Count(0, { default: 0, description: 'Epochs in which the rate rises linearly' })),
  warmup_steps: Type.Optional(Count(0, { default: 0, description: 'The same in steps' })),
  warmup_start_factor: Fraction(0, { description: 'Part of the rate at the first step of the warm-up' }),
};

/** How long a decay takes; the whole training, after the warm-up, where neither is given. */
const Decay = { decay_epochs: Length('Epochs of the decay'), decay_steps: Length('The same in steps') };

export const SCHEDULES = {
  constant: Strict({ type: Type.Literal('constant'), ...Warmup }),
  step: Strict({
    type: Type.Literal('step'),
    step_epochs: Length('The rate falls after every so many epochs'),
    boundaries: Type.Optional(
      Nullable(Type.Array(Count(1), { minItems: 1, maxItems: 1000 }), {
        default: null,
        description: 'The rate falls after each of these epochs, in rising order',
      }),
    ),
    factor: Factor(0.1),
    ...Warmup,
  }),
  exponential: Strict({
    type: Type.Literal('exponential'),
    decay_rate: Factor(0.96, { description: 'The factor that the rate falls by in decay_epochs (1) or decay_steps' }),
    staircase: Flag(false, { description: 'Whether it falls only at the end of each such period' }),
    ...Decay,
    ...Warmup,
  }),
  polynomial: Strict({
    type: Type.Literal('polynomial'),
    end_learning_rate: Type.Optional(Type.Number({ minimum: 0, maximum: 100, default: 0.0001 })),
    power: Factor(1),
    cycle: Flag(false, { description: 'Whether a decay that has ended starts again from a lower rate' }),
    ...Decay,
    ...Warmup,
  }),
  cosine: Strict({
    type: Type.Literal('cosine'),
    alpha: Fraction(0, { description: 'Part of the rate that is left at the end' }),
    restarts: Type.Optional(
      Nullable(Strict({ t_mul: Factor(2, { minimum: 1 }), m_mul: Factor(1) }), {
        default: null,
        description:
          'Starts again after decay_epochs or decay_steps, for t_mul times as long, from m_mul times the rate',
      }),
    ),
    ...Decay,
    ...Warmup,
  }),
  one_cycle: Strict({
    type: Type.Literal('one_cycle'),
    pct_start: Fraction(0.3, { description: 'Part of the training in which the rate rises' }),
    div_factor: Factor(25, { description: 'The peak rate over the first' }),
    final_div_factor: Factor(10_000, { description: 'The first rate over the last' }),
    ...Warmup,
  }),
  reduce_on_plateau: Strict({
    type: Type.Literal('reduce_on_plateau'),
    monitor: Type.Optional(
      Type.String({
        pattern: '^(val_)?[a-z0-9_]{1,64}$',
        default: 'val_loss',
        description: 'loss or a metric, with val_ for the validation split',
      }),
    ),
    mode: Type.Optional(Words(['auto', 'min', 'max'] as const, { default: 'auto' })),
    factor: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.1 })),
    patience: Type.Optional(Count(0, { default: 10 })),
    min_delta: Type.Optional(Type.Number({ minimum: 0, maximum: 1e6, default: 0.0001 })),
    cooldown: Type.Optional(Count(0, { default: 0 })),
    min_lr: Type.Optional(Type.Number({ minimum: 0, maximum: 100, default: 0 })),
    ...Warmup,
  }),
} as const;

export type ScheduleType = keyof typeof SCHEDULES;
export const ScheduleOptions = Type.Unsafe<ScheduleOptions>({ anyOf: Object.values(SCHEDULES) });
export type ScheduleOptions = { [T in ScheduleType]: Static<(typeof SCHEDULES)[T]> }[ScheduleType];

type Filled = Resolved<ScheduleOptions>;
type Plateau = Extract<Filled, { type: 'reduce_on_plateau' }>;

/** A schedule with every default filled in. Lengths that are null are the whole training. */
export type Schedule = Exclude<Filled, Plateau> | (Omit<Plateau, 'mode'> & { mode: 'min' | 'max' });

/** Throws `invalid_request` for fields that contradict each other; pointers are below `at`. */
export function resolveSchedule(options: ScheduleOptions = { type: 'constant' }, at = '/training/schedule'): Schedule {
  const schedule: Filled = withDefaults(SCHEDULES[options.type], options);
  const errors = contradictions(schedule).map(({ field, detail }) => ({ pointer: `${at}/${field}`, detail }));
  if (errors.length > 0) throw new TrainyardError('invalid_request', errors[0].detail, { errors });
  return schedule.type === 'reduce_on_plateau'
    ? { ...schedule, mode: schedule.mode === 'auto' ? directionOf(schedule.monitor) : schedule.mode }
    : schedule;
}

interface Contradiction {
  field: string;
  detail: string;
}

function contradictions(schedule: Filled): Contradiction[] {
  const found: Contradiction[] = [];
  const refuse = (field: string, detail: string) => found.push({ field, detail });
  if (schedule.warmup_epochs > 0 && schedule.warmup_steps > 0) {
    refuse('warmup_steps', 'Expected warmup_epochs or warmup_steps; received both.');
  }
  if ('decay_steps' in schedule && schedule.decay_steps !== null && schedule.decay_epochs !== null) {
    refuse('decay_steps', 'Expected decay_epochs or decay_steps; received both.');
  }
  if (schedule.type === 'step') {
    if ((schedule.step_epochs === null) === (schedule.boundaries === null)) {
      const received = schedule.boundaries === null ? 'neither' : 'both';
      refuse('step_epochs', `Expected step_epochs or boundaries; received ${received}.`);
    }
    if (schedule.boundaries?.some((epoch, i, all) => i > 0 && epoch <= all[i - 1])) {
      refuse('boundaries', 'Expected epochs in rising order.');
    }
  }
  if (
    schedule.type === 'cosine' &&
    schedule.restarts &&
    schedule.decay_epochs === null &&
    schedule.decay_steps === null
  ) {
    refuse('decay_epochs', 'Expected decay_epochs or decay_steps, after which the rate restarts; received neither.');
  }
  return found;
}
