/** Schedules of the learning rate that Keras counts in steps. */
import { SCHEDULES } from '@trainyard/contracts';
import { KerasConfig } from '../config.js';
import { shortestFloat } from '../floats.js';
import type { JsonRecord, Located } from '../json.js';
import { lookUp } from '../json.js';
import { readKerasObject } from '../objects/keras-object.js';
import { checkOptions } from './check.js';

export interface ScheduledRate {
  /** What the optimizer starts with, or reaches after the warm-up. */
  readonly learningRate: unknown;
  readonly schedule: JsonRecord;
}

type ScheduleReader = (config: KerasConfig) => ScheduledRate;

const READERS: Readonly<Record<string, ScheduleReader>> = {
  exponential_decay: (config) => ({
    learningRate: config.take('initial_learning_rate'),
    schedule: { type: 'exponential', ...copied(config, 'decay_steps', 'decay_rate', 'staircase') },
  }),
  polynomial_decay: (config) => ({
    learningRate: config.take('initial_learning_rate'),
    schedule: { type: 'polynomial', ...copied(config, 'decay_steps', 'end_learning_rate', 'power', 'cycle') },
  }),
  cosine_decay: readCosine,
  cosine_decay_restarts: (config) => ({
    learningRate: config.take('initial_learning_rate'),
    schedule: {
      type: 'cosine',
      decay_steps: config.take('first_decay_steps'),
      ...copied(config, 'alpha'),
      restarts: copied(config, 't_mul', 'm_mul'),
    },
  }),
};

const NEAREST: Readonly<Record<string, string>> = {
  piecewise_constant_decay: 'step, whose boundaries are epochs',
  inverse_time_decay: 'exponential',
};

/** Keras warms up from the initial rate to `warmup_target`; without a target it does not warm up. */
function readCosine(config: KerasConfig): ScheduledRate {
  const initial = shortestFloat(config.take('initial_learning_rate'));
  const target = shortestFloat(config.take('warmup_target'));
  const steps = config.take('warmup_steps');
  const schedule = { type: 'cosine', ...copied(config, 'decay_steps', 'alpha') };
  if (target === undefined || steps === undefined || steps === 0) return { learningRate: initial, schedule };
  if (typeof initial !== 'number' || typeof target !== 'number' || initial > target) {
    config.refuse('warmup_target', 'a number of at least initial_learning_rate is');
    return { learningRate: initial, schedule };
  }
  const warmup = { warmup_steps: steps, warmup_start_factor: initial / target };
  return { learningRate: target, schedule: { ...schedule, ...warmup } };
}

function copied(config: KerasConfig, ...keys: readonly string[]): JsonRecord {
  const set = keys.map((key) => [key, shortestFloat(config.take(key))] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

/** The schedule that stands in place of a rate, or null where it was refused. */
export function readSchedule(found: Located & { key: string }, optimizer: KerasConfig): ScheduledRate | null {
  const object = readKerasObject(found);
  const reader = object && !object.isCustom ? lookUp(READERS, object.name) : undefined;
  if (!object || !reader) {
    const nearest = object && lookUp(NEAREST, object.name);
    const supported = 'supported are ExponentialDecay, PolynomialDecay, CosineDecay and CosineDecayRestarts';
    optimizer.refuse(found.key, nearest ? `nearest is a schedule of type ${nearest}; ${supported}` : supported);
    return null;
  }
  const { value, pointer } = object.config;
  const config = new KerasConfig(optimizer.session, `schedule ${object.className}`, value, pointer);
  const { learningRate, schedule } = reader(config);
  config.find('name');
  config.finish([]);
  const type = schedule.type;
  if (typeof type === 'string') checkOptions(config, schedule, lookUp(SCHEDULES, type) ?? SCHEDULES.constant);
  return { learningRate: shortestFloat(learningRate), schedule };
}
