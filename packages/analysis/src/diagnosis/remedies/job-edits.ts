/** Changes of a job's training, each as the body of a new job. */
import type { CreateJob, OptimizerOptions, TrainingOptions } from '@trainyard/contracts';
import type { DiagnosisFacts, ModelSpec } from '../facts.js';

export type JobBody = DiagnosisFacts['body'];

export function withTraining(body: JobBody, changes: Partial<TrainingOptions>): JobBody {
  return { ...body, training: { ...body.training, ...changes } };
}

export function withModel(body: JobBody, model: ModelSpec): JobBody {
  return { ...body, model };
}

/** The body as it is posted: named after what it tries. */
export function posted(body: JobBody, title: string): CreateJob {
  const name = body.name ? `${body.name}: ${title}` : title;
  return { ...body, model: { ...body.model, layers: [...body.model.layers] }, name: name.slice(0, 200) };
}

export function rateOf(body: JobBody): number {
  return body.training?.optimizer?.learning_rate ?? 0.001;
}

/** Learning rates are kept to two digits, so that a body reads as if a person had written it. */
export function withRate(body: JobBody, factor: number): JobBody {
  const optimizer: OptimizerOptions = body.training?.optimizer ?? { type: 'adam' };
  const rate = Math.min(100, Number((rateOf(body) * factor).toPrecision(2)));
  return withTraining(body, { optimizer: { ...optimizer, learning_rate: rate } });
}

/** Brings the rate to one that the optimizer is known to train well with: Keras' defaults. */
export function withUsualRate(body: JobBody): JobBody {
  const type = body.training?.optimizer?.type ?? 'adam';
  const usual = USUAL_RATES[type];
  return usual === undefined ? withRate(body, 100) : withRate(body, usual / rateOf(body));
}

/** Raises a rate that had been lowered for inputs that were too large. */
export function withUsualRateAtLeast(body: JobBody): JobBody {
  const usual = withUsualRate(body);
  return rateOf(usual) > rateOf(body) ? usual : body;
}

const USUAL_RATES: Readonly<Record<string, number>> = {
  adam: 0.001,
  adamw: 0.001,
  rmsprop: 0.001,
  sgd: 0.01,
  lion: 0.0003,
};

export function withMoreEpochs(body: JobBody, factor: number): JobBody {
  return withTraining(body, { epochs: Math.min(100_000, Math.ceil((body.training?.epochs ?? 10) * factor)) });
}

export function withEarlyStopping(body: JobBody): JobBody {
  const patience = Math.max(2, Math.ceil((body.training?.epochs ?? 10) / 10));
  return withTraining(body, { early_stopping: { patience } });
}

export function withAugmentation(body: JobBody): JobBody {
  return withTraining(body, { augmentation: 'standard' });
}

export function withClipping(body: JobBody): JobBody {
  return withTraining(body, { gradient_clip_norm: 1 });
}
