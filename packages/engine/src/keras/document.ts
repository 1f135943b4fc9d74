/** Finds the model in what was posted: whole files, their parts, and text that holds them. */
import { describeReceived } from '../spec/expectation.js';
import { invalidSpec } from '../spec/parse.js';
import { fieldOf, isRecord, type JsonRecord, type Located, locate, pointerTo, textOf } from './json.js';

/** A Sequential or Functional model. */
export interface KerasModel {
  readonly className: string;
  /** An object or, before Keras 2.2, a list of layers. */
  readonly config: Located;
  /** What holds both, such as `build_config` too. */
  readonly place: Located<JsonRecord>;
}

export interface KerasDocument {
  readonly model: KerasModel;
  /** What the model was compiled with, where that stands beside it. */
  readonly training: Located<JsonRecord> | null;
  readonly isKeras3: boolean;
}

export const SEQUENTIAL = ['Sequential'];
export const FUNCTIONAL = ['Functional', 'Model'];

const MAX_WRAPPERS = 16;
/** Each model within a model takes four levels. */
const MAX_DEPTH = 100;
const MAX_VALUES = 1_000_000;

/** @throws TrainyardError `invalid_spec` where there is no model to be found */
export function openDocument(posted: unknown): KerasDocument {
  let current: Located = { value: posted, pointer: '' };
  let training: Located | null = null;
  let version: string | undefined;
  for (let i = 0; i < MAX_WRAPPERS; i++) {
    const { value, pointer } = decode(current);
    const model = modelOf(value, pointer);
    if (model) {
      const { place } = model;
      return {
        model,
        training: trainingOf(locate(place, 'compile_config')) ?? trainingOf(training) ?? keras1Training(place),
        isKeras3: isKeras3(textOf(place.value, 'keras_version') ?? version, place.value),
      };
    }
    if (!isRecord(value)) throw unreadable(pointer, value);
    version = textOf(value, 'keras_version') ?? version;
    const here = { value, pointer };
    if ('modelTopology' in value && fieldOf(value, 'format') === 'graph-model') throw graphModel(pointer);
    const next = ['modelTopology', 'model_config'].find((key) => isThere(fieldOf(value, key)));
    if (next === undefined) throw unreadable(pointer, value);
    if (isThere(fieldOf(value, 'training_config'))) training = locate(here, 'training_config');
    current = locate(here, next);
  }
  throw invalidSpec([{ pointer: current.pointer, detail: 'expected a Keras model; received wrappers without end' }]);
}

/** A model, also where only its configuration was posted. */
function modelOf(value: unknown, pointer: string): KerasModel | null {
  const config = { value, pointer };
  if (Array.isArray(value)) return { className: 'Sequential', config, place: { value: {}, pointer } };
  if (!isRecord(value)) return null;
  const place = { value, pointer };
  const className = textOf(value, 'class_name');
  if (className !== undefined) {
    if (!SEQUENTIAL.includes(className) && !FUNCTIONAL.includes(className)) throw notAModel(pointer, className);
    return { className, config: decode(locate(place, 'config')), place };
  }
  const layers = fieldOf(value, 'layers');
  if (!Array.isArray(layers) || !layers.every((layer) => isRecord(layer) && 'class_name' in layer)) return null;
  const isGraph = isThere(fieldOf(value, 'input_layers'));
  return { className: isGraph ? 'Functional' : 'Sequential', config, place };
}

function notAModel(pointer: string, className: string) {
  const detail =
    `expected Sequential, Functional or Model; received ${describeReceived(className)}. ` +
    'What a class of its own computes is code, which its JSON does not hold: rebuild it as a Functional model';
  return invalidSpec([{ pointer: pointerTo(pointer, 'class_name'), detail }]);
}

/** Text that holds JSON, read as often as it was written. */
export function decode({ value, pointer }: Located): Located {
  let decoded = value;
  for (let i = 0; i < MAX_WRAPPERS && typeof decoded === 'string'; i++) decoded = parse(decoded, pointer);
  checkExtent(decoded, pointer);
  return { value: decoded, pointer };
}

function parse(text: string, pointer: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const detail = `expected the JSON of a Keras model; received text that is not JSON: ${describeReceived(text)}`;
    throw invalidSpec([{ pointer, detail }]);
  }
}

/** So that everything after this may call itself, and print what it was given. */
function checkExtent(root: unknown, pointer: string): void {
  const waiting: [value: unknown, depth: number][] = [[root, 0]];
  let count = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
    count += children.length;
    if (depth > MAX_DEPTH) {
      throw invalidSpec([{ pointer, detail: `expected at most ${MAX_DEPTH} levels of nesting; received more` }]);
    }
    if (count > MAX_VALUES) {
      throw invalidSpec([{ pointer, detail: `expected at most ${MAX_VALUES} values; received more` }]);
    }
    for (const child of children) waiting.push([child, depth + 1]);
  }
}

function trainingOf(found: Located | null): Located<JsonRecord> | null {
  if (!found || !isThere(found.value)) return null;
  const { value, pointer } = decode(found);
  return isRecord(value) ? { value, pointer } : null;
}

const KERAS1_TRAINING = ['optimizer', 'loss', 'metrics', 'loss_weights', 'sample_weight_mode'];

/** Keras 1 wrote beside the model what it was compiled with. */
function keras1Training({ value, pointer }: Located<JsonRecord>): Located<JsonRecord> | null {
  const fields = KERAS1_TRAINING.flatMap((key) => (isThere(fieldOf(value, key)) ? [[key, fieldOf(value, key)]] : []));
  return fields.length > 0 ? { value: Object.fromEntries(fields), pointer } : null;
}

/** Keras 3 leaves its version out of a model's JSON, and says instead which module each class is from. */
function isKeras3(version: string | undefined, model: JsonRecord): boolean {
  return version === undefined ? textOf(model, 'module') !== undefined : version.startsWith('3');
}

function unreadable(pointer: string, value: unknown) {
  const isOwn = isRecord(value) && Array.isArray(fieldOf(value, 'layers'));
  const hint = isOwn ? '. Layers with a "type" are a specification of ours: post them as "spec"' : '';
  const detail = `expected what Keras' model.to_json() gives, an object with "class_name" and "config"; received ${describeReceived(value)}${hint}`;
  return invalidSpec([{ pointer, detail }]);
}

function graphModel(pointer: string) {
  const detail = 'expected "layers-model"; received "graph-model", whose operations are no longer Keras layers';
  return invalidSpec([{ pointer: pointerTo(pointer, 'format'), detail }]);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
