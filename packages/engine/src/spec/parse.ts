/** Reads a posted specification: checks every field, fills in defaults, names the layers and connects them. */
import type { FieldError } from '@trainyard/contracts';
import { TrainyardError } from '@trainyard/contracts';
import Value from 'typebox/value';
import { LayerName } from '../layers/arguments.js';
import { type LayerType, layerDefinition, layers } from '../layers/index.js';
import { describeReceived } from './expectation.js';
import { checkFields, isRecord, mismatch, unknownField } from './fields.js';
import { LayerNamer } from './layer-namer.js';
import {
  argumentSchemas,
  type InputSpec,
  inputSchema,
  type LayerSpec,
  MODEL_INPUT,
  type ModelSpec,
  NESTED_TYPE,
} from './schema.js';
import { Scope } from './scope.js';
import { type LayerDraft, type Link, wire } from './wiring.js';

const MAX_LAYERS = 1000;
const MAX_DEPTH = 16;

export interface ParseOptions {
  /** Where each layer stands in what its author wrote, when that is not the specification itself. */
  readonly pointers?: readonly string[];
}

/**
 * The normalised form of a specification.
 *
 * @throws TrainyardError `invalid_spec`, with a JSON pointer into `value` for each thing that is wrong
 */
export function parseModelSpec(value: unknown, { pointers = [] }: ParseOptions = {}): ModelSpec {
  const errors: FieldError[] = [];
  const spec = readSpec(value, pointers, errors);
  if (errors.length > 0) throw invalidSpec(errors);
  return spec;
}

export function invalidSpec(errors: FieldError[]): TrainyardError {
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new TrainyardError('invalid_spec', `${errors[0].pointer}: ${errors[0].detail}${more}`, { errors });
}

function readSpec(value: unknown, pointers: readonly string[], errors: FieldError[]): ModelSpec {
  if (!isRecord(value)) {
    errors.push(mismatch('', 'an object with "layers"', value));
    return { layers: [] };
  }
  for (const key of Object.keys(value)) {
    if (key !== 'input' && key !== 'layers') errors.push(unknownField('', key, ['input', 'layers']));
  }
  const input = value.input === undefined ? undefined : readInput(value.input, errors);
  const reader = new LayerReader(errors);
  reader.readList('/layers', value.layers, Scope.ofModel(), pointers);
  const read = errors.length === 0 ? wire(reader.drafts, errors) : [];
  return input ? { input, layers: read } : { layers: read };
}

function readInput(value: unknown, errors: FieldError[]): InputSpec | undefined {
  if (!isRecord(value)) {
    errors.push(mismatch('/input', 'an object with width, height and channels', value));
    return undefined;
  }
  const fields = checkFields('/input', value, inputSchema.properties, errors);
  return { width: Number(fields.width), height: Number(fields.height), channels: fields.channels === 1 ? 1 : 3 };
}

/** What every layer and nested model has. */
interface ReadLayer {
  readonly scope: Scope;
  readonly name: string;
  readonly links: readonly Link[];
  readonly frozen: boolean;
}

/** Reads layers into drafts, nested models included. */
class LayerReader {
  readonly drafts: LayerDraft[] = [];
  readonly #errors: FieldError[];
  readonly #names = new Set<string>();

  constructor(errors: FieldError[]) {
    this.#errors = errors;
  }

  readList(pointer: string, value: unknown, scope: Scope, pointers: readonly string[] = [], depth = 1): void {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LAYERS - this.drafts.length) {
      const received = Array.isArray(value) ? `${value.length} layers` : describeReceived(value);
      const detail = `expected an array of 1 to ${MAX_LAYERS} layers; received ${received}`;
      this.#errors.push({ pointer, detail });
      return;
    }
    const namer = new LayerNamer(value.map((layer: unknown) => (isRecord(layer) ? layer.name : undefined)));
    for (const [i, layer] of value.entries()) {
      this.#readLayer(pointers[i] ?? `${pointer}/${i}`, layer, { scope, namer, depth });
    }
  }

  #readLayer(pointer: string, value: unknown, list: { scope: Scope; namer: LayerNamer; depth: number }): void {
    if (!isRecord(value)) {
      this.#errors.push(mismatch(pointer, 'an object with a "type"', value));
      return;
    }
    const { type, name: posted, inputs, trainable, ...rest } = value;
    if (typeof type !== 'string' || !(isLayerType(type) || type === NESTED_TYPE)) {
      const known = [...Object.keys(layers), NESTED_TYPE].map((known) => JSON.stringify(known));
      this.#errors.push(mismatch(`${pointer}/type`, `one of ${known.join(', ')}`, type));
      return;
    }
    const name = this.#readName(pointer, type, posted, list);
    if (name === null) return;
    const links = this.#readLinks(`${pointer}/inputs`, inputs, list.scope);
    const byDefault = type !== NESTED_TYPE && layerDefinition(type).frozenByDefault === true;
    const frozen = this.#readFrozen(`${pointer}/trainable`, trainable, byDefault) || list.scope.frozen;
    if (type === NESTED_TYPE) this.#readNested(pointer, rest, { ...list, name, links, frozen });
    else this.#addLayer(pointer, type, rest, { ...list, name, links, frozen, isLinked: Array.isArray(inputs) });
  }

  #addLayer(
    pointer: string,
    type: LayerType,
    rest: Record<string, unknown>,
    { scope, name, links, frozen, isLinked }: ReadLayer & { isLinked: boolean },
  ): void {
    const fields = checkFields(pointer, rest, argumentSchemas(type), this.#errors);
    const fullName = scope.fullName(name);
    const spec: LayerSpec = { type, name: fullName, ...trainableOf(type, frozen), ...fields };
    this.drafts.push({ spec, pointer, links, isLinked });
    scope.add(name, () => fullName);
  }

  #readNested(
    pointer: string,
    { layers: list, ...rest }: Record<string, unknown>,
    { scope, name, links, frozen, depth }: ReadLayer & { depth: number },
  ): void {
    for (const key of Object.keys(rest))
      this.#errors.push(unknownField(pointer, key, ['name', 'inputs', 'trainable', 'layers']));
    if (links.length !== 1) {
      const names = links.map((link) => link.name);
      this.#errors.push(
        mismatch(`${pointer}/inputs`, `the name of one layer, since ${NESTED_TYPE} takes one input`, names),
      );
    }
    if (depth === MAX_DEPTH) {
      this.#errors.push({ pointer, detail: `expected at most ${MAX_DEPTH} models within each other` });
      return;
    }
    const inner = scope.nested(name, links[0]?.target ?? scope.previous, frozen);
    this.readList(`${pointer}/layers`, list, inner, [], depth + 1);
    scope.add(name, inner.previous);
  }

  /** Whether the layer says that its weights are not trained. */
  #readFrozen(pointer: string, trainable: unknown, byDefault = false): boolean {
    if (typeof trainable === 'boolean') return !trainable;
    if (trainable !== undefined && trainable !== null) this.#errors.push(mismatch(pointer, 'true or false', trainable));
    return byDefault;
  }

  /** The layer's name in its own list, or null where it has none that can be used. */
  #readName(
    pointer: string,
    type: string,
    posted: unknown,
    { scope, namer }: { scope: Scope; namer: LayerNamer },
  ): string | null {
    const isLeftOut = posted === undefined || posted === null;
    if (!isLeftOut && !Value.Check(LayerName, posted)) {
      this.#errors.push(mismatch(`${pointer}/name`, 'up to 256 letters, digits, ".", "_" or "-"', posted));
      return null;
    }
    if (posted === MODEL_INPUT) {
      const detail = `expected another name; "${MODEL_INPUT}" is the model's image`;
      this.#errors.push({ pointer: `${pointer}/name`, detail });
      return null;
    }
    const name = typeof posted === 'string' ? namer.claim(posted) : namer.make(type);
    if (name !== null && !this.#names.has(scope.fullName(name))) {
      this.#names.add(scope.fullName(name));
      return name;
    }
    const detail = `expected a name of its own; another layer is called ${describeReceived(posted)} too`;
    this.#errors.push({ pointer: `${pointer}/name`, detail });
    return null;
  }

  #readLinks(pointer: string, inputs: unknown, scope: Scope): Link[] {
    if (inputs === undefined || inputs === null) return [{ name: null, target: scope.previous }];
    if (!Array.isArray(inputs) || inputs.length === 0 || inputs.some((name) => typeof name !== 'string')) {
      this.#errors.push(mismatch(pointer, 'an array of names of layers', inputs));
      return [{ name: null, target: scope.previous }];
    }
    return inputs.map((name: string) => ({ name, target: scope.find(name) }));
  }
}

/** It is written where it is not what it would be when left out, so that the specification can be read again. */
function trainableOf(type: LayerType, frozen: boolean): { trainable?: boolean } {
  if (frozen) return { trainable: false };
  return layerDefinition(type).frozenByDefault ? { trainable: true } : {};
}

function isLayerType(type: string): type is LayerType {
  return Object.hasOwn(layers, type);
}
