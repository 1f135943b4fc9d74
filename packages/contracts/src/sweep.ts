/** Sweeps: many trainings of one model on one data set, whose settings are searched. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { CreateJob, type DeviceChoice } from './job.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';
import { Assignment, SearchSpace } from './sweep-space.js';
import type { TrainingOptions } from './training.js';
import type { UnfreezeOptions } from './transfer.js';

export const SWEEP_STRATEGIES = ['grid', 'random', 'tpe', 'asha'] as const;
export type SweepStrategy = (typeof SWEEP_STRATEGIES)[number];

export const SWEEP_STATUSES = ['running', 'succeeded', 'failed', 'cancelled'] as const;
export type SweepStatus = (typeof SWEEP_STATUSES)[number];

export const SWEEP_GOALS = ['maximize', 'minimize'] as const;
export type SweepGoal = (typeof SWEEP_GOALS)[number];

/**
 * waiting: at a rung of ASHA, for other trials to get there; pruned: ASHA did not go on with it; the others are those of
 * its job.
 */
export const TRIAL_STATUSES = [
  'queued',
  'running',
  'paused',
  'waiting',
  'succeeded',
  'pruned',
  'failed',
  'cancelled',
] as const;
export type TrialStatus = (typeof TRIAL_STATUSES)[number];

export const TRIALS_MAX = 1000;
export const PARALLEL_MAX = 64;

export const SweepObjective = Strict({
  metric: Type.String({
    pattern: '^(val_)?[a-z0-9_]{1,64}$',
    description: 'loss or a metric of the training, with val_ for the validation split. Its best epoch counts',
  }),
  goal: Type.Optional(
    Words(SWEEP_GOALS, {
      description: 'Left out, maximize for accuracy, precision, recall, f1 and auc, else minimize',
    }),
  ),
});
export type SweepObjective = Static<typeof SweepObjective>;

export const AshaOptions = Strict({
  min_epochs: Type.Optional(Type.Integer({ minimum: 1, default: 1, description: 'Of the first rung' })),
  reduction_factor: Type.Optional(
    Type.Integer({ minimum: 2, maximum: 16, default: 3, description: 'One trial of so many goes on from each rung' }),
  ),
  sampler: Type.Optional(Words(['random', 'tpe'] as const, { default: 'random', description: 'Proposes new trials' })),
});
export type AshaOptions = Static<typeof AshaOptions>;

const { webhook: _, ...JobFields } = CreateJob.properties;

export const CreateSweep = Strict(
  {
    ...JobFields,
    space: SearchSpace,
    strategy: Type.Optional(
      Words(SWEEP_STRATEGIES, {
        default: 'tpe',
        description:
          'grid: all combinations; random; tpe: as Optuna does by default; asha: successive halving, which trains most trials for a few epochs only',
      }),
    ),
    asha: Type.Optional(AshaOptions),
    objective: Type.Optional(SweepObjective),
    max_trials: Type.Optional(
      Type.Integer({ minimum: 1, maximum: TRIALS_MAX, description: 'Left out, 20, or the whole grid' }),
    ),
    max_epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'Of all trials together; none begins, and none goes on, beyond it',
      }),
    ),
    parallel: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: PARALLEL_MAX,
        description: 'Trials at once. Left out, as many as the attached workers train at once (`job_slots`)',
      }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, default: 0 })),
  },
  { $id: 'CreateSweep' },
);
export type CreateSweep = Static<typeof CreateSweep>;

const TrialBody = Type.Object({
  object: Type.Literal('trial'),
  number: Type.Integer({ description: 'From 1, in the order in which they were begun' }),
  job_id: Nullable(IdSchema('job'), { description: 'Null where its settings were refused, or its job was deleted' }),
  status: Words(TRIAL_STATUSES),
  parameters: Assignment,
  value: Nullable(Type.Number({ description: 'The best of the objective so far' })),
  best_epoch: Nullable(Type.Integer({ description: 'The epoch that had it' })),
  epochs: Type.Integer({ description: 'Epochs trained' }),
  rung: Nullable(Type.Integer({ description: 'Of ASHA, from 0: the one that it trains for, or waits at' })),
  error: Nullable(ErrorRecordSchema),
});
export const Trial = Type.Object(TrialBody.properties, { $id: 'Trial' });
export type Trial = Static<typeof Trial>;

export const Sweep = Type.Object(
  {
    id: IdSchema('sweep'),
    object: Type.Literal('sweep'),
    name: Nullable(Type.String()),
    status: Words(SWEEP_STATUSES),
    dataset_id: IdSchema('dataset'),
    model_id: Nullable(IdSchema('model')),
    model: Type.Unknown({ description: 'What the trials begin with' }),
    training: Type.Unknown({ description: 'What the trials begin with' }),
    space: SearchSpace,
    strategy: Words(SWEEP_STRATEGIES),
    rungs: Nullable(Type.Array(Type.Integer()), {
      description: 'Of ASHA: the epochs after which a trial must be among the best to go on; the last is the end',
    }),
    objective: Type.Object({ metric: Type.String(), goal: Words(SWEEP_GOALS) }),
    epochs: Type.Integer({ description: 'Of a trial that is trained to its end' }),
    max_trials: Type.Integer(),
    max_epochs: Nullable(Type.Integer()),
    parallel: Nullable(Type.Integer()),
    seed: Type.Integer(),
    priority: Type.Integer(),
    tags: Type.Array(Type.String()),
    counts: Type.Record(Type.String(), Type.Integer(), { description: 'Trials by status' }),
    epochs_trained: Type.Integer({ description: 'By all trials together' }),
    best: Nullable(TrialBody, { description: 'The first of the leaderboard' }),
    leaderboard: Type.Array(TrialBody, { description: 'The ten best trials, best first' }),
    error: Nullable(ErrorRecordSchema),
    created_at: Timestamp,
    ended_at: Nullable(Timestamp),
  },
  { $id: 'Sweep' },
);
export type Sweep = Static<typeof Sweep>;

export const TrainBest = Strict(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    trial: Type.Optional(Type.Integer({ minimum: 1, description: 'Left out, the best' })),
    epochs: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: "Left out, those of the sweep's training" }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, description: "Left out, the trial's" })),
  },
  { $id: 'TrainBest' },
);
export type TrainBest = Static<typeof TrainBest>;

/** How a sweep searches, with every default filled in, as it is stored. */
export interface SweepSettings {
  space: SearchSpace;
  strategy: SweepStrategy;
  asha: Required<AshaOptions>;
  objective: Required<SweepObjective>;
  epochs: number;
  max_trials: number;
  max_epochs: number | null;
  parallel: number | null;
  seed: number;
  device: DeviceChoice;
  priority: number;
  tags: string[];
}

/** What the trials of a sweep begin with, as in the body of a job. */
export interface SweepBody {
  model: unknown;
  training: TrainingOptions;
  init_from?: string;
  freeze?: string[];
  unfreeze?: UnfreezeOptions;
}
