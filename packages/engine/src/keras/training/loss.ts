/** Losses. One that takes logits gets the activation that turns them into probabilities as the model's last layer. */
import { LOSSES, type LossName } from '@trainyard/contracts';
import type { SpecBuilder } from '../builder.js';
import { KerasConfig } from '../config.js';
import { shortestFloat } from '../floats.js';
import { type JsonRecord, lookUp } from '../json.js';
import { readKerasObject } from '../objects/keras-object.js';
import { checkOptions } from './check.js';
import { onlyOne } from './only-one.js';

interface LossRule {
  readonly type: LossName;
  /** Turns logits into what the loss is of. */
  readonly probabilities?: 'softmax' | 'sigmoid';
  readonly takes?: readonly string[];
}

const categorical = { probabilities: 'softmax' } as const;
const binary = { probabilities: 'sigmoid' } as const;

const RULES: Readonly<Record<string, LossRule>> = {
  categorical_crossentropy: { type: 'categorical_crossentropy', ...categorical },
  sparse_categorical_crossentropy: { type: 'sparse_categorical_crossentropy', ...categorical },
  binary_crossentropy: { type: 'binary_crossentropy', ...binary },
  bce: { type: 'binary_crossentropy', ...binary },
  categorical_focal_crossentropy: { type: 'focal', takes: ['alpha', 'gamma'], ...categorical },
  binary_focal_crossentropy: { type: 'focal', takes: ['alpha', 'gamma'], ...binary },
  mse: { type: 'mse' },
  mean_squared_error: { type: 'mse' },
  mae: { type: 'mae' },
  mean_absolute_error: { type: 'mae' },
  huber: { type: 'huber', takes: ['delta'] },
  huber_loss: { type: 'huber', takes: ['delta'] },
  hinge: { type: 'hinge' },
};

const NEAREST: Readonly<Record<string, string>> = {
  squared_hinge: 'hinge',
  categorical_hinge: 'hinge',
  kl_divergence: 'categorical_crossentropy',
  kullback_leibler_divergence: 'categorical_crossentropy',
  poisson: 'mse',
  log_cosh: 'huber',
  logcosh: 'huber',
  mean_absolute_percentage_error: 'mae',
  mean_squared_logarithmic_error: 'mse',
  cosine_similarity: 'mse',
  dice: 'binary_crossentropy',
};

export function readLoss(training: KerasConfig, builder: SpecBuilder): JsonRecord {
  const found = training.find('loss');
  if (!found) return {};
  const object = readKerasObject({ value: onlyOne(found.value), pointer: found.pointer });
  const rule = object && !object.isCustom ? lookUp(RULES, object.name) : undefined;
  if (!object || !rule) {
    const nearest = object && lookUp(NEAREST, object.name);
    training.refuse(
      'loss',
      `${nearest ? `nearest is ${nearest}; ` : ''}supported are ${Object.keys(LOSSES).join(', ')}`,
    );
    return {};
  }
  const { value, pointer } = object.config;
  const config = new KerasConfig(training.session, `loss ${object.className}`, value, pointer);
  const smoothing = shortestFloat(config.take('label_smoothing'));
  const options = readOptions(rule, config);
  checkBalance(object.name, config);
  acceptNeutral(config);
  if (rule.probabilities && config.take('from_logits') === true) builder.endWith(rule.probabilities, config);
  config.accept('from_logits', [true, false], 'use true or false');
  config.finish([...(rule.takes ?? []), 'label_smoothing', 'from_logits']);
  return { loss: options, ...(smoothing === undefined || smoothing === 0 ? {} : { label_smoothing: smoothing }) };
}

function readOptions({ type, takes = [] }: LossRule, config: KerasConfig): unknown {
  const taken = takes.flatMap((key) => {
    const value = shortestFloat(config.take(key));
    return value === undefined ? [] : [[key, value] as const];
  });
  const options = { type, ...Object.fromEntries(taken) };
  checkOptions(config, options, LOSSES[type]);
  return taken.length === 0 ? type : options;
}

/** Ours is always balanced by alpha; Keras' binary one only where it is told to. */
function checkBalance(name: string, config: KerasConfig): void {
  const isBalanced = config.take('apply_class_balancing') === true;
  if (name === 'binary_focal_crossentropy' && !isBalanced) {
    config.refuse('apply_class_balancing', 'nearest is true');
  }
}

function acceptNeutral(config: KerasConfig): void {
  config.find('name', 'fn');
  config.accept('reduction', ['sum_over_batch_size', 'auto', 'mean'], 'nearest is sum_over_batch_size');
  config.accept('axis', [-1], 'nearest is -1');
  config.accept('ignore_class', [], 'nearest is null');
  config.accept('dtype', ['float32'], 'only float32 is');
}
