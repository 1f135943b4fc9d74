/** Keras' initialisers of every version, as ours. */
import { INITIALIZERS } from '../../initializers/initializer.js';
import { describeReceived } from '../../spec/expectation.js';
import type { KerasConfig } from '../config.js';
import { fieldOf, isRecord, type JsonRecord, type Located, lookUp } from '../json.js';
import { readKerasObject } from './keras-object.js';

interface InitializerRule {
  readonly type: string;
  /** Arguments that are taken as they are. */
  readonly takes?: readonly string[];
  /** What the name alone says. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

const untruncated = (scale: number, mode: string): InitializerRule => ({
  type: 'variance_scaling',
  fixed: { scale, mode, distribution: 'untruncated_normal' },
});

/** Keras wrote these as VarianceScaling until 2.2. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '1 fan_avg uniform': 'glorot_uniform',
  '1 fan_avg truncated_normal': 'glorot_normal',
  '2 fan_in uniform': 'he_uniform',
  '2 fan_in truncated_normal': 'he_normal',
  '1 fan_in uniform': 'lecun_uniform',
  '1 fan_in truncated_normal': 'lecun_normal',
};

/** Keras 1 never cut its normal variables off, and made orthogonal weights a little larger. */
const KERAS1: Readonly<Record<string, InitializerRule>> = {
  uniform: { type: 'random_uniform' },
  normal: { type: 'random_normal' },
  glorot_normal: untruncated(1, 'fan_avg'),
  he_normal: untruncated(2, 'fan_in'),
  lecun_normal: untruncated(1, 'fan_in'),
  orthogonal: { type: 'orthogonal', fixed: { gain: 1.1 } },
};

const ALIASES: Readonly<Record<string, string>> = {
  zero: 'zeros',
  one: 'ones',
  normal: 'random_normal',
  uniform: 'random_uniform',
};

/** The initialiser in the first of these keys that is set. Keras 1 calls it `init`. */
export function readInitializer(config: KerasConfig, ...keys: readonly string[]): unknown {
  const found = config.find(...keys);
  if (!found) return undefined;
  const object = readKerasObject(found);
  const rule = object && !object.isCustom ? ruleOf(object.name, found.key.endsWith('init')) : undefined;
  if (!object || !rule) {
    config.refuse(found.key, `supported are ${Object.keys(INITIALIZERS).join(', ')}`);
    return undefined;
  }
  const inner = config.inner(found.key, object);
  const taken = Object.fromEntries((rule.takes ?? []).flatMap((key) => argumentOf(inner, key)));
  acceptNeutral(inner);
  inner.finish(rule.takes ?? []);
  return write(rule.type, { ...rule.fixed, ...taken });
}

function write(type: string, fields: JsonRecord): unknown {
  const { scale = 1, mode = 'fan_in', distribution = 'truncated_normal', ...others } = fields;
  const name = type === 'variance_scaling' ? lookUp(SHORT_NAMES, `${scale} ${mode} ${distribution}`) : undefined;
  const rest = name === undefined ? fields : others;
  return Object.keys(rest).length === 0 ? (name ?? type) : { type: name ?? type, ...rest };
}

function ruleOf(name: string, isKeras1: boolean): InitializerRule | undefined {
  const type = lookUp(ALIASES, name) ?? name;
  return (isKeras1 ? lookUp(KERAS1, name) : undefined) ?? ruleOfOurs(type);
}

/** Ours have the names and arguments of Keras 3. */
function ruleOfOurs(type: string): InitializerRule | undefined {
  const schema: { properties?: object } | undefined = lookUp(INITIALIZERS, type);
  return schema && { type, takes: Object.keys(schema.properties ?? {}).filter((key) => key !== 'type') };
}

function argumentOf(config: KerasConfig, key: string): [string, unknown][] {
  const found = config.find(key);
  if (!found) return [];
  if (key === 'seed') return seedOf(found, config);
  if (key === 'distribution') return [[key, found.value === 'normal' ? 'truncated_normal' : found.value]];
  return [[key, found.value]];
}

/** Keras 3 may write a seed as a generator that holds it. */
function seedOf(found: Located, config: KerasConfig): [string, unknown][] {
  if (!isRecord(found.value)) return [['seed', found.value]];
  const inner = fieldOf(found.value, 'config');
  const seed = isRecord(inner) ? fieldOf(inner, 'seed') : undefined;
  if (typeof seed === 'number') return [['seed', seed]];
  config.session.note(
    `${config.subject}: seed ${describeReceived(found.value)} holds no number; the job's seed is used`,
  );
  return [];
}

function acceptNeutral(config: KerasConfig): void {
  config.accept('dtype', ['float32'], 'only float32 is');
  for (const key of ['input_axes', 'output_axes', 'partition_info']) config.accept(key, [], 'leave it out');
}
