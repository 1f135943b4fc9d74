/** What a layer of a Functional model is called with, in the notations of Keras 1, 2 and 3. */
import { describeReceived } from '../spec/expectation.js';
import type { LayerEntry } from './entry.js';
import { fieldOf, isRecord, type JsonRecord, type Located, locate, pointerTo } from './json.js';
import type { Constant } from './layers/layer-config.js';
import type { ImportSession } from './session.js';

export interface Call {
  /** Names of layers. */
  readonly inputs: readonly string[];
  readonly constants: readonly Constant[];
}

/** The only call of a layer; null where there is none or more, which is refused. */
export function readCall({ name, place }: LayerEntry, session: ImportSession): Call | null {
  const { value: nodes, pointer } = locate(place, 'inbound_nodes');
  const subject = `layer "${name}"`;
  if (!Array.isArray(nodes)) {
    session.refuse(pointer, `${subject}: expected a list of calls; received ${describeReceived(nodes)}`);
    return null;
  }
  if (nodes.length !== 1) {
    const remedy = nodes.length > 1 ? '. Layers that share weights are not supported; use a layer for each call' : '';
    session.refuse(pointer, `${subject}: expected one call; received ${nodes.length}${remedy}`);
    return null;
  }
  return new CallReader(subject, session).read({ value: nodes[0], pointer: pointerTo(pointer, 0) });
}

class CallReader {
  readonly #inputs: string[] = [];
  readonly #constants: Constant[] = [];
  readonly #subject: string;
  readonly #session: ImportSession;

  constructor(subject: string, session: ImportSession) {
    this.#subject = subject;
    this.#session = session;
  }

  read(node: Located): Call | null {
    const { value, pointer } = node;
    if (isRecord(value)) this.#readArguments({ value, pointer });
    else if (isReference(value)) this.#readReference(value, pointer);
    else if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) this.#readListed(each, pointerTo(pointer, i));
    } else this.#refuse(pointer, `expected a call; received ${describeReceived(value)}`);
    return this.#inputs.length > 0 ? { inputs: this.#inputs, constants: this.#constants } : this.#none(pointer);
  }

  #none(pointer: string): null {
    this.#refuse(pointer, 'expected the layer that it is called with; received none');
    return null;
  }

  #readListed(value: unknown, pointer: string): void {
    if (isReference(value)) this.#readReference(value, pointer);
    else this.#refuse(pointer, `expected [layer, node, tensor]; received ${describeReceived(value)}`);
  }

  /** Keras 1 and 2: [layer, node, tensor, keywords]. The node is of no use where each layer has one. */
  #readReference([name, , tensor, keywords]: readonly unknown[], pointer: string): void {
    this.#addInput(String(name), tensor, pointer);
    if (isRecord(keywords)) this.#readKeywords({ value: keywords, pointer: pointerTo(pointer, 3) });
  }

  /** Keras 3: {args, kwargs}. */
  #readArguments(node: Located<JsonRecord>): void {
    const { value: list, pointer } = locate(node, 'args');
    const values: readonly unknown[] = Array.isArray(list) ? list : [];
    for (const [place, value] of values.entries()) this.#readArgument(value, place, pointerTo(pointer, place));
    const keywords = locate(node, 'kwargs');
    if (isRecord(keywords.value)) this.#readKeywords({ value: keywords.value, pointer: keywords.pointer });
  }

  #readArgument(value: unknown, place: number, pointer: string): void {
    if (value === null) return;
    if (typeof value === 'number') this.#constants.push({ value, place });
    else if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) this.#readTensor(each, pointerTo(pointer, i));
    } else this.#readTensor(value, pointer);
  }

  #readTensor(value: unknown, pointer: string): void {
    const config = isRecord(value) ? fieldOf(value, 'config') : undefined;
    const history = isRecord(config) ? fieldOf(config, 'keras_history') : undefined;
    if (isReference(history)) this.#addInput(history[0], history[2], pointer);
    else this.#refuse(pointer, `expected the output of a layer; received ${describeReceived(value)}`);
  }

  #addInput(name: string, tensor: unknown, pointer: string): void {
    if (tensor !== 0 && tensor !== undefined) {
      this.#refuse(pointer, `expected the one output of layer "${name}", 0; received ${describeReceived(tensor)}`);
    }
    this.#inputs.push(name);
  }

  /** Keras 3 lets a whole model's `training` decide, whatever a single call says; Keras 2 does not. */
  #readKeywords({ value, pointer }: Located<JsonRecord>): void {
    for (const [key, set] of Object.entries(value)) {
      if (set === null || (key === 'training' && this.#session.isKeras3)) continue;
      this.#refuse(
        pointerTo(pointer, key),
        `a call with ${key} ${describeReceived(set)} is not supported; leave it out`,
      );
    }
  }

  #refuse(pointer: string, detail: string): void {
    this.#session.refuse(pointer, `${this.#subject}: ${detail}`);
  }
}

function isReference(value: unknown): value is readonly [string, ...unknown[]] {
  return Array.isArray(value) && typeof value[0] === 'string';
}

/** Names of the layers in `input_layers` or `output_layers`: [name, 0, 0] alone, or a list of them. */
export function readEnds(value: unknown): string[] {
  if (isReference(value)) return [value[0]];
  if (Array.isArray(value)) return value.flatMap(readEnds);
  return isRecord(value) ? Object.values(value).flatMap(readEnds) : [];
}
