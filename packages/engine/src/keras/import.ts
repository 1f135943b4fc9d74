/** Reads a model that Keras wrote, of any version, into our specification. Nothing in it is ever run. */
import type { TrainingOptions } from '@trainyard/contracts';
import { invalidSpec } from '../spec/parse.js';
import { MODEL_INPUT } from '../spec/schema.js';
import { SpecBuilder } from './builder.js';
import { findDataFormat } from './data-format.js';
import { type KerasDocument, type KerasModel, openDocument } from './document.js';
import { countLayers, layersOf } from './entry.js';
import { buildConfigOf, findShape, noteBatch, OPEN_INPUT, readInput } from './input.js';
import { isRecord, type JsonRecord, type Located, locate, pointerTo, textOf } from './json.js';
import { ModelReader } from './model-reader.js';
import { ImportSession } from './session.js';
import { readTraining } from './training/index.js';

export interface ImportedModel {
  /** A specification for `parseModelSpec`: {input?, layers}. */
  readonly spec: unknown;
  /** For each layer of the specification, the JSON pointer to its configuration in what was posted. */
  readonly pointers: readonly string[];
  /** What the model was compiled with, as far as it says. */
  readonly training: TrainingOptions;
  /** What was left out without changing the model. */
  readonly notes: readonly string[];
  readonly name: string | null;
}

/**
 * Reads what `model.to_json()` gives in Keras 1, 2 and 3, the `model_config` and `training_config` of a saved file, and
 * the `model.json` of tfjs-layers; as an object or as text. Where text holds the JSON, pointers go on inside it.
 *
 * @throws TrainyardError `invalid_spec`, with a JSON pointer into `posted` for each thing that has no equal here
 */
export function importKeras(posted: unknown): ImportedModel {
  const document = openDocument(posted);
  checkLength(document.model.config);
  const { format, errors } = findDataFormat(document.model.config);
  const session = new ImportSession(document.isKeras3, format);
  for (const [pointer, detail] of errors) session.refuse(pointer, detail);
  const builder = new SpecBuilder(session);
  const { input, isFlat } = findInput(document.model, session);
  if (isFlat) builder.markFlat();
  const { className, config } = document.model;
  const output = new ModelReader(session, builder).read({
    className,
    config,
    prefix: '',
    source: MODEL_INPUT,
    frozen: false,
  });
  const training = readTrainingOf(document, builder, session);
  if (output === MODEL_INPUT) session.refuse(layersOf(config).pointer, 'expected at least one layer after the input');
  if (session.errors.length > 0) throw invalidSpec(session.errors);
  return {
    spec: { ...(input ? { input } : {}), layers: builder.layers },
    pointers: builder.pointers,
    training,
    notes: [...session.notes],
    name: (isRecord(config.value) ? textOf(config.value, 'name') : undefined) ?? null,
  };
}

/** As many as a specification may have, and an InputLayer. */
const MAX_LAYERS = 1001;

function checkLength(config: Located): void {
  const count = countLayers(config);
  if (count <= MAX_LAYERS) return;
  const { pointer } = layersOf(config);
  throw invalidSpec([{ pointer, detail: `expected at most ${MAX_LAYERS} layers; received ${count}` }]);
}

/** The size is said by an InputLayer or the first layer, else by what the model was built with. */
function findInput({ config, place }: KerasModel, session: ImportSession) {
  const first = firstLayers(config);
  const configs = isRecord(config.value) ? [{ value: config.value, pointer: config.pointer }] : [];
  const shape = findShape(...first, ...configs, ...buildConfigOf(place));
  for (const { value } of first) noteBatch(value, session);
  if (shape) return readInput(shape, session);
  session.note('the model does not say the size of its images; the data set decides');
  return OPEN_INPUT;
}

/** Configurations of the layers that may say the size: InputLayers, else the first; within nested models too. */
function firstLayers(config: Located): Located<JsonRecord>[] {
  const { value, pointer } = layersOf(config);
  if (!Array.isArray(value)) return [];
  const places = value.map((entry: unknown, i) => ({ value: entry, pointer: pointerTo(pointer, i) }));
  const inputs = places.filter(({ value }) => isRecord(value) && value.class_name === 'InputLayer');
  return (inputs.length > 0 ? inputs : places.slice(0, 1)).flatMap(({ value, pointer }) => {
    if (!isRecord(value)) return [];
    const inner = locate({ value, pointer }, 'config');
    const nested = firstLayers(inner);
    return isRecord(inner.value) ? [{ value: inner.value, pointer: inner.pointer }, ...nested] : nested;
  });
}

function readTrainingOf({ training }: KerasDocument, builder: SpecBuilder, session: ImportSession): TrainingOptions {
  return training ? readTraining(training, builder, session) : {};
}
