/** Gathers the layers of our specification while Keras' are read one by one. */
import { describeReceived } from '../spec/expectation.js';
import { MODEL_INPUT } from '../spec/schema.js';
import type { KerasConfig } from './config.js';
import { checkDtype } from './dtype.js';
import type { LayerEntry } from './entry.js';
import { LayerNames } from './layer-names.js';
import { LAYER_CLASSES, layerRule } from './layers/index.js';
import { type Constant, type FeatureKind, LayerConfig } from './layers/layer-config.js';
import type { LayerRule, RawLayer } from './layers/rule.js';
import { nearestLayer } from './layers/unsupported.js';
import { readRegularizer } from './objects/regularizers.js';
import type { ImportSession } from './session.js';

/** What may stand between images without channels and the layer that gives them a shape. */
const POINTWISE = ['rescaling', 'dropout', 'activation', 'relu', 'leaky_relu', 'gaussian_noise'];
const SHAPING = ['flatten', 'reshape'];

export interface LayerCall {
  /** What feeds the layer: names that `add` gave, or "input". */
  readonly sources: readonly string[];
  readonly constants: readonly Constant[];
  /** Whether the model that holds the layer keeps its weights as they are. */
  readonly frozen: boolean;
}

export class SpecBuilder {
  readonly layers: RawLayer[] = [];
  readonly pointers: string[] = [];
  readonly #session: ImportSession;
  readonly #names: LayerNames;
  readonly #kinds = new Map<string, FeatureKind>([[MODEL_INPUT, 'image']]);
  /** What has rows and columns but no channels. */
  readonly #flat = new Set<string>();
  #last = MODEL_INPUT;

  constructor(session: ImportSession) {
    this.#session = session;
    this.#names = new LayerNames(session);
  }

  /** Tells that Keras' images have no channels. */
  markFlat(): void {
    this.#flat.add(MODEL_INPUT);
  }

  /** Adds a layer and gives its name here. */
  add(entry: LayerEntry, prefix: string, call: LayerCall): string {
    const name = this.#names.claim(prefix + entry.name);
    const rule = entry.isCustom ? undefined : layerRule(entry.className, entry.module);
    const inputs = call.sources.map((source) => this.#kinds.get(source) ?? 'image');
    const place = { name: entry.name, className: entry.className, inputs, constants: call.constants };
    const config = new LayerConfig(this.#session, place, entry.config);
    if (!rule) {
      this.#refuseClass(entry);
      return this.#register(name, 'image');
    }
    checkArity(config, rule);
    const layer = layerOf(config, rule, call.frozen);
    if (layer) {
      this.#checkFlat(layer.type, name, config, call.sources);
      this.#push(layer, name, call.sources, entry);
    }
    const kind = typeof rule.output === 'function' ? rule.output(config) : rule.output;
    return this.#register(name, kind ?? inputs[0] ?? 'image');
  }

  /** Ends the model with the function that turns logits into probabilities. */
  endWith(activation: 'softmax' | 'sigmoid', config: KerasConfig): void {
    const last = this.layers.at(-1);
    const pointer = this.pointers.at(-1);
    if (!last || pointer === undefined) return;
    if (!isLinear(last)) {
      config.refuse('from_logits', 'the last layer has an activation already; nearest is false');
      return;
    }
    this.layers.push({ type: 'activation', name: this.#names.claim('probabilities'), activation });
    this.pointers.push(pointer);
    this.#session.note(`a layer of "${activation}" ends the model, since its loss takes logits`);
  }

  #register(name: string, kind: FeatureKind): string {
    this.#kinds.set(name, kind);
    return name;
  }

  #push({ type, ...rest }: RawLayer, name: string, sources: readonly string[], entry: LayerEntry): void {
    const follows = sources.length === 1 && sources[0] === this.#last;
    this.layers.push({ type, name, ...(follows ? {} : { inputs: sources }), ...rest });
    this.pointers.push(entry.config.pointer);
    this.#last = name;
  }

  #refuseClass({ className, name, isCustom, place, module }: LayerEntry): void {
    const custom = isCustom ? `${className} is code of its author, which is never run; ` : '';
    const nearest = nearestLayer(className) ?? `supported are ${LAYER_CLASSES.join(', ')}`;
    const from = module === undefined ? '' : ` of ${describeReceived(module)}`;
    const detail = `class_name ${describeReceived(className)}${from} is not supported; ${custom}${nearest}`;
    this.#session.refuse(`${place.pointer}/class_name`, `layer "${name}": ${detail}`);
  }

  #checkFlat(type: string, name: string, config: LayerConfig, sources: readonly string[]): void {
    if (!sources.some((source) => this.#flat.has(source)) || SHAPING.includes(type)) return;
    if (POINTWISE.includes(type)) this.#flat.add(name);
    else
      config.refuseAll('its input has rows and columns but no channels; put a Reshape to [height, width, 1] before it');
  }
}

function isLinear({ type, activation }: RawLayer): boolean {
  if (type !== 'activation' && type !== 'dense') return !type.endsWith('softmax');
  return activation === undefined || activation === 'linear';
}

function checkArity(config: LayerConfig, { merges }: LayerRule): void {
  const { inputs } = config.place;
  if (!merges && inputs.length > 1) config.refuseAll(`expected one input; received ${inputs.length}`);
}

/** Our layer, or null where it was refused. */
function layerOf(config: LayerConfig, rule: LayerRule, frozenModel: boolean): RawLayer | null {
  const type = typeof rule.type === 'string' ? rule.type : rule.type(config);
  const frozen = (readShared(config) || frozenModel) && rule.hasWeights;
  const read: [string, unknown][] = Object.entries(rule.arguments).map(([key, argument]) => [key, argument(config)]);
  for (const [key, [values, nearest]] of Object.entries(rule.only ?? {})) config.accept(key, values, nearest);
  config.finish(Object.keys(rule.arguments));
  if (type === null) return null;
  const given = read.filter(([, value]) => value !== undefined);
  return { type, ...(frozen ? { trainable: false } : {}), ...Object.fromEntries(given) };
}

/** Keys that any layer has, where they are read elsewhere. */
const ELSEWHERE = [
  'name',
  'data_format',
  'dim_ordering',
  'batch_input_shape',
  'batch_shape',
  'input_shape',
  'input_dim',
];

/** Reads what any layer may have; whether its weights stay as they are. */
function readShared(config: LayerConfig): boolean {
  config.find(...ELSEWHERE);
  config.accept('trainable', [true, false], 'nearest is true');
  checkDtype(config, 'dtype', 'input_dtype');
  if (readRegularizer(config, 'activity_regularizer') !== undefined) {
    config.refuse('activity_regularizer', 'nearest is kernel_regularizer');
  }
  config.accept('autocast', [true, false], 'leave it out');
  return config.take('trainable') === false;
}
