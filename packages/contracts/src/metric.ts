/** The figures that a training reports beside its loss. */
import { type Static, Type } from 'typebox';
import { type Resolved, withDefaults } from './defaults.js';
import { Named, Strict } from './schema.js';

export const METRICS = {
  accuracy: Strict({ type: Type.Literal('accuracy') }),
  top_k_accuracy: Strict({
    type: Type.Literal('top_k_accuracy'),
    k: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, default: 5 })),
  }),
  precision: Strict({ type: Type.Literal('precision') }),
  recall: Strict({ type: Type.Literal('recall') }),
  f1: Strict({ type: Type.Literal('f1') }),
  auc: Strict({ type: Type.Literal('auc') }),
  mae: Strict({ type: Type.Literal('mae') }),
  rmse: Strict({ type: Type.Literal('rmse') }),
} as const;

export type MetricName = keyof typeof METRICS;
type MetricArguments = { [T in MetricName]: Static<(typeof METRICS)[T]> }[MetricName];

export type MetricOptions = MetricName | MetricArguments;
export const MetricOptions = Named<MetricOptions>(METRICS);

/** A metric with every argument. Its figure bears the name of its type. */
export type Metric = Resolved<MetricArguments>;

export function resolveMetric(options: MetricOptions): Metric {
  const given: MetricArguments = typeof options === 'string' ? { type: options } : options;
  return withDefaults(METRICS[given.type], given);
}
