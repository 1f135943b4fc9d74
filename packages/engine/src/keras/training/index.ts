/** What a model was compiled with, as the defaults of a training. */
import type { TrainingOptions } from '@trainyard/contracts';
import { TrainingOptions as schema } from '@trainyard/contracts';
import Value from 'typebox/value';
import type { SpecBuilder } from '../builder.js';
import { KerasConfig } from '../config.js';
import type { JsonRecord, Located } from '../json.js';
import type { ImportSession } from '../session.js';
import { readLoss } from './loss.js';
import { readMetrics } from './metrics.js';
import { onlyOne } from './only-one.js';
import { readOptimizer } from './optimizer.js';

/** How a program runs, not what it computes. */
const RUNNING = ['run_eagerly', 'steps_per_execution', 'jit_compile', 'auto_scale_loss', 'distribute'];

/** Reads Keras 3's `compile_config`, Keras 2's `training_config` and what Keras 1 wrote beside a model. */
export function readTraining(
  { value, pointer }: Located<JsonRecord>,
  builder: SpecBuilder,
  session: ImportSession,
): TrainingOptions {
  const config = new KerasConfig(session, 'training', value, pointer);
  const options = { ...readOptimizer(config), ...readLoss(config, builder), ...readMetrics(config) };
  config.find(...RUNNING);
  if (config.take('loss_weights') !== undefined && onlyOne(config.take('loss_weights')) !== 1) {
    config.refuse('loss_weights', 'nearest is a weight of 1 for the one loss');
  }
  config.accept('sample_weight_mode', [], 'leave it out');
  config.finish(['optimizer', 'loss', 'metrics']);
  // Each part was checked; what is left is a training, or was refused.
  return Value.Check(schema, options) ? options : {};
}
