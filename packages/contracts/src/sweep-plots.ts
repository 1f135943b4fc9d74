/** What the trials of a sweep say of its parameters, as figures and for plots. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Nullable, Words } from './schema.js';
import { SWEEP_GOALS, TRIAL_STATUSES } from './sweep.js';
import { Assignment } from './sweep-space.js';

export const ParameterImportances = Type.Object(
  {
    object: Type.Literal('parameter_importances'),
    sweep_id: IdSchema('sweep'),
    method: Type.Literal('fanova'),
    trials: Type.Integer({ description: 'On which it rests' }),
    after_epoch: Nullable(Type.Integer(), {
      description: 'Of ASHA: the values after this epoch are compared, which all these trials have reached',
    }),
    explained: Type.Number({
      description: 'Share of the variance that single parameters explain; the rest is theirs together',
    }),
    importances: Type.Array(
      Type.Object({ parameter: Type.String(), importance: Type.Number({ description: 'They add up to 1' }) }),
      { description: 'Most important first; empty where the trials do not differ' },
    ),
  },
  { $id: 'ParameterImportances' },
);
export type ParameterImportances = Static<typeof ParameterImportances>;

export const TrialPoint = Type.Object({
  trial: Type.Integer(),
  status: Words(TRIAL_STATUSES),
  parameters: Assignment,
  value: Type.Number(),
});

/** What the plots of a sweep show: every trial that has a value. */
export const SweepPlot = Type.Object(
  {
    object: Type.Literal('sweep_plot'),
    sweep_id: IdSchema('sweep'),
    objective: Type.Object({ metric: Type.String(), goal: Words(SWEEP_GOALS) }),
    parameters: Type.Array(Type.Object({ name: Type.String(), scale: Words(['linear', 'log', 'category'] as const) })),
    points: Type.Array(TrialPoint),
  },
  { $id: 'SweepPlot' },
);
export type SweepPlot = Static<typeof SweepPlot>;
