/** Optimizers, and what Keras keeps in them beside: clipping, averages of weights and the schedule of the rate. */
import { OPTIMIZERS, type OptimizerType } from '@trainyard/contracts';
import { describeReceived } from '../../spec/expectation.js';
import { KerasConfig } from '../config.js';
import { shortestFloat } from '../floats.js';
import { isRecord, type JsonRecord, lookUp } from '../json.js';
import { readKerasObject } from '../objects/keras-object.js';
import { checkOptions } from './check.js';
import { readSchedule } from './schedule.js';

/** Keras' names in snake case to ours. */
const TYPES: Readonly<Record<string, OptimizerType>> = {
  sgd: 'sgd',
  rmsprop: 'rmsprop',
  rm_sprop: 'rmsprop',
  adam: 'adam',
  adam_w: 'adamw',
  adamw: 'adamw',
  adagrad: 'adagrad',
  adadelta: 'adadelta',
  lion: 'lion',
};

const NEAREST: Readonly<Record<string, string>> = {
  adamax: 'adam',
  nadam: 'adam',
  ftrl: 'adagrad',
  adafactor: 'adam',
  muon: 'sgd with momentum',
  lamb: 'adamw',
  loss_scale_optimizer: 'the optimizer within it: everything is float32',
};

/** Arguments that have the same name and meaning. */
const TAKEN = [
  'momentum',
  'nesterov',
  'rho',
  'centered',
  'beta_1',
  'beta_2',
  'epsilon',
  'amsgrad',
  'initial_accumulator_value',
  'weight_decay',
];

export function readOptimizer(training: KerasConfig): JsonRecord {
  const found = training.find('optimizer_config', 'optimizer');
  if (!found) return {};
  const object = readKerasObject(found);
  const type = object && !object.isCustom ? lookUp(TYPES, object.name.replace(/^custom>/, '')) : undefined;
  if (!object || !type) {
    const nearest = object && lookUp(NEAREST, object.name);
    training.refuse(
      found.key,
      `${nearest ? `nearest is ${nearest}; ` : ''}supported are ${Object.keys(OPTIMIZERS).join(', ')}`,
    );
    return {};
  }
  const { value, pointer } = object.config;
  return readConfig(type, new KerasConfig(training.session, `optimizer ${object.className}`, value, pointer));
}

function readConfig(type: OptimizerType, config: KerasConfig): JsonRecord {
  const properties: JsonRecord = OPTIMIZERS[type].properties;
  const taken = TAKEN.filter((key) => key in properties).flatMap((key) => {
    const value = config.take(key);
    return value === undefined || value === false ? [] : [[key, shortestFloat(value)] as const];
  });
  const rate = config.find('learning_rate', 'lr');
  const isScheduled = isRecord(rate?.value);
  const scheduled = rate && isScheduled ? readSchedule(rate, config) : null;
  const learningRate = isScheduled ? scheduled?.learningRate : shortestFloat(rate?.value);
  const optimizer = {
    type,
    ...(learningRate === undefined ? {} : { learning_rate: learningRate }),
    ...Object.fromEntries(taken),
  };
  checkOptions(config, optimizer, OPTIMIZERS[type]);
  const around = { ...readClipping(config), ...readAverage(config) };
  acceptNeutral(config);
  config.finish(Object.keys(properties).filter((key) => key !== 'type'));
  return { optimizer, ...(scheduled ? { schedule: scheduled.schedule } : {}), ...around };
}

function readClipping(config: KerasConfig): JsonRecord {
  if (config.take('clipnorm') !== undefined) {
    config.refuse(
      'clipnorm',
      "it clips each variable alone; nearest is global_clipnorm, a training's gradient_clip_norm",
    );
  }
  const norm = positive(config, 'global_clipnorm');
  const value = positive(config, 'clipvalue');
  return {
    ...(norm === undefined ? {} : { gradient_clip_norm: norm }),
    ...(value === undefined ? {} : { gradient_clip_value: value }),
  };
}

function positive(config: KerasConfig, key: string): unknown {
  const value = shortestFloat(config.take(key));
  if (value === undefined || (typeof value === 'number' && value > 0)) return value;
  config.refuse(key, 'a number above 0 is');
  return undefined;
}

/** Keras overwrites the weights by their average at the end of the training, and every so many steps if it is told to. */
function readAverage(config: KerasConfig): JsonRecord {
  const isUsed = config.take('use_ema') === true;
  const momentum = shortestFloat(config.take('ema_momentum'));
  config.find('ema_overwrite_frequency');
  if (!isUsed) return {};
  if (config.take('ema_overwrite_frequency') !== undefined) {
    config.refuse('ema_overwrite_frequency', 'nearest is null: averages are used to evaluate and to export');
  }
  if (momentum === undefined) return { ema: {} };
  if (typeof momentum === 'number' && momentum > 0 && momentum < 1) return { ema: { decay: momentum } };
  config.refuse('ema_momentum', `a number between 0 and 1 is, and not ${describeReceived(momentum)}`);
  return {};
}

function acceptNeutral(config: KerasConfig): void {
  config.find('name', 'jit_compile', 'is_legacy_optimizer');
  config.accept('decay', [0], "nearest is a training's schedule, exponential or polynomial");
  config.accept('loss_scale_factor', [], 'leave it out: everything is float32');
  config.accept('gradient_accumulation_steps', [1], 'nearest is a larger batch_size');
}
