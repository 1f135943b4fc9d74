/** Walks a model's layers, Sequential or Functional, and models within it, in the order in which values flow. */
import type { SpecBuilder } from './builder.js';
import { KerasConfig } from './config.js';
import { FUNCTIONAL } from './document.js';
import { checkDtype } from './dtype.js';
import { isFunctional, isSequential, type LayerEntry, readEntries } from './entry.js';
import { type Call, readCall, readEnds } from './inbound.js';
import { fieldOf, isRecord, type Located, locate } from './json.js';
import type { ImportSession } from './session.js';
import { sortByCalls } from './sort.js';

/** A model's place in the whole. */
export interface ModelContext {
  readonly className: string;
  readonly config: Located;
  /** What the names of its layers begin with. */
  readonly prefix: string;
  /** What feeds it. */
  readonly source: string;
  /** Whether a model around it keeps its weights as they are. */
  readonly frozen: boolean;
}

export class ModelReader {
  readonly #session: ImportSession;
  readonly #builder: SpecBuilder;

  constructor(session: ImportSession, builder: SpecBuilder) {
    this.#session = session;
    this.#builder = builder;
  }

  /** Adds a model's layers and gives the name of its output. */
  read(model: ModelContext): string {
    const frozen = this.#readKeys(model) || model.frozen;
    const entries = readEntries(model.config, this.#session);
    return FUNCTIONAL.includes(model.className)
      ? this.#readFunctional({ ...model, frozen }, entries)
      : this.#readSequential({ ...model, frozen }, entries);
  }

  /** Whether the model says itself that its weights stay as they are. */
  #readKeys(model: ModelContext): boolean {
    const { value, pointer } = model.config;
    if (!isRecord(value)) return false;
    const config = new KerasConfig(this.#session, describe(model), value, pointer);
    checkModelKeys(config);
    return fieldOf(value, 'trainable') === false;
  }

  #readSequential(model: ModelContext, entries: readonly LayerEntry[]): string {
    let output = model.source;
    for (const entry of entries) output = this.#readEntry(entry, model, { inputs: [output], constants: [] });
    return output;
  }

  #readFunctional(model: ModelContext, entries: readonly LayerEntry[]): string {
    const { source, config } = model;
    this.#checkEnds(model, entries);
    const outputs = new Map<string, string>();
    const calls = new Map<LayerEntry, Call | null>();
    this.#checkNames(entries);
    for (const entry of entries) calls.set(entry, isInput(entry) ? NO_CALL : readCall(entry, this.#session));
    for (const [entry, call] of sortByCalls(calls, config.pointer, this.#session)) {
      const known = call.inputs.flatMap((name) => outputs.get(name) ?? []);
      const output = isInput(entry)
        ? this.#readEntry(entry, model, { inputs: [source], constants: [] })
        : this.#readEntry(entry, model, { inputs: known, constants: call.constants });
      outputs.set(entry.name, output);
    }
    const [end] = readEnds(isRecord(config.value) ? fieldOf(config.value, 'output_layers') : undefined);
    return outputs.get(end) ?? source;
  }

  #readEntry(entry: LayerEntry, { prefix, frozen }: ModelContext, { inputs, constants }: Call): string {
    if (isInput(entry)) {
      checkInput(new KerasConfig(this.#session, `layer "${entry.name}"`, entry.config.value, entry.config.pointer));
      return inputs[0];
    }
    if (!isSequential(entry) && !isFunctional(entry))
      return this.#builder.add(entry, prefix, { sources: inputs, constants, frozen });
    if (inputs.length !== 1) {
      const detail = `model "${entry.name}": expected one input; received ${inputs.length}`;
      this.#session.refuse(entry.place.pointer, detail);
    }
    const { className, modelConfig } = entry;
    return this.read({ className, config: modelConfig, prefix: `${prefix}${entry.name}.`, source: inputs[0], frozen });
  }

  #checkNames(entries: readonly LayerEntry[]): void {
    const known = new Set<string>();
    for (const { name, place } of entries) {
      if (known.has(name)) {
        const detail = `layer "${name}": expected a name of its own; another layer has it too`;
        this.#session.refuse(place.pointer, detail);
      }
      known.add(name);
    }
  }

  /** One image in, one vector out. */
  #checkEnds({ config, prefix }: ModelContext, entries: readonly LayerEntry[]): void {
    if (!isRecord(config.value)) return;
    const place = { value: config.value, pointer: config.pointer };
    const names = new Set(entries.map(({ name }) => name));
    for (const [key, noun] of [
      ['input_layers', 'input'],
      ['output_layers', 'output'],
    ] as const) {
      const { value, pointer } = locate(place, key);
      const ends = readEnds(value);
      const listed = ends.map((name) => `"${name}"`).join(', ') || 'none';
      const where = prefix === '' ? '' : ` in the model "${prefix.slice(0, -1)}"`;
      if (ends.length !== 1) {
        const detail = `expected one ${noun}${where}; received ${ends.length === 0 ? listed : `${ends.length}: ${listed}`}`;
        this.#session.refuse(pointer, detail);
      } else if (!names.has(ends[0])) {
        this.#session.refuse(pointer, `expected the name of a layer${where}; received ${listed}`);
      }
    }
  }
}

const NO_CALL: Call = { inputs: [], constants: [] };

function isInput({ className }: LayerEntry): boolean {
  return className === 'InputLayer';
}

function describe({ prefix }: ModelContext): string {
  return prefix === '' ? 'the model' : `model "${prefix.slice(0, -1)}"`;
}

function checkModelKeys(config: KerasConfig): void {
  config.find('name', 'layers', 'input_layers', 'output_layers', 'build_input_shape');
  config.accept('trainable', [true, false], 'nearest is true');
  checkDtype(config, 'dtype');
  config.finish([]);
}

function checkInput(config: KerasConfig): void {
  config.find('name', 'batch_shape', 'batch_input_shape', 'input_shape', 'trainable');
  checkDtype(config, 'dtype', 'input_dtype');
  for (const key of ['sparse', 'ragged', 'optional']) config.accept(key, [false], 'nearest is false');
  config.finish(['batch_shape', 'dtype']);
}
