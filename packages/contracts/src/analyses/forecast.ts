/** The measurement of a training that is not posted yet: some of its steps and one evaluation, to tell what it will take. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DEVICE_CHOICES, DEVICES } from '../job.js';
import { Nullable, Strict, Words } from '../schema.js';
import { TaskDataset } from '../trained-model-task.js';
import type { Training } from '../training.js';
import { TransferTask } from '../transfer.js';

/** The job as it would be made, every default filled in. */
export const ForecastRequest = Strict({
  dataset_id: Type.String(),
  dataset_digest: Nullable(Type.String()),
  spec: Type.Unknown(),
  training: Type.Unsafe<Training>({ type: 'object' }),
  frozen: TransferTask.properties.frozen,
  unfreeze: TransferTask.properties.unfreeze,
  device: Words(DEVICE_CHOICES),
});
export type ForecastRequest = Static<typeof ForecastRequest>;

/** A stored request. Throws for anything else. */
export function parseForecastRequest(value: unknown): ForecastRequest {
  return Value.Parse(ForecastRequest, value);
}

const Ratios = Type.Array(Type.Number(), {
  description: 'What earlier jobs took, divided by what was forecast of them',
});

export const ForecastTask = Strict({
  kind: Type.Literal('forecast'),
  analysis_id: Type.String(),
  spec: Type.Unknown(),
  training: Type.Unsafe<Training>({ type: 'object' }),
  frozen: ForecastRequest.properties.frozen,
  unfreeze: ForecastRequest.properties.unfreeze,
  dataset: TaskDataset,
  images: Strict({ train: Type.Integer(), validation: Type.Integer(), test: Type.Integer() }),
  device: Words(DEVICES),
  earlier: Strict({ duration: Ratios, memory: Ratios }),
});
export type ForecastTask = Static<typeof ForecastTask>;
