/** Connects layers that were read one by one: finds what feeds each, puts them in order and sees to it that one ends. */
import type { FieldError } from '@trainyard/contracts';
import { layerDefinition } from '../layers/index.js';
import { mismatch } from './fields.js';
import { rememberPointer } from './places.js';
import { type LayerSpec, MODEL_INPUT } from './schema.js';
import type { Resolve } from './scope.js';

/** A layer whose own arguments were checked. */
export interface LayerDraft {
  readonly spec: LayerSpec;
  /** Where it stood in what was posted. */
  readonly pointer: string;
  readonly links: readonly Link[];
  /** Whether the author named what feeds it. */
  readonly isLinked: boolean;
}

export interface Link {
  /** As it was written; null for the layer before. */
  readonly name: string | null;
  readonly target: Resolve;
}

interface Wired {
  readonly draft: LayerDraft;
  /** Full names. */
  readonly inputs: readonly string[];
}

/** The layers in an order in which each comes after those that feed it. What is wrong is added to `errors`. */
export function wire(drafts: readonly LayerDraft[], errors: FieldError[]): LayerSpec[] {
  const before = errors.length;
  const wired = drafts.map((draft) => ({ draft, inputs: findInputs(draft, errors) }));
  if (errors.length > before) return [];
  const sorted = sort(wired, errors);
  checkEnds(sorted, errors);
  return sorted.map(({ draft, inputs }, i) => {
    const previous = sorted[i - 1]?.draft.spec.name ?? MODEL_INPUT;
    const follows = inputs.length === 1 && inputs[0] === previous;
    const { type, name, ...rest } = draft.spec;
    const layer: LayerSpec = follows ? draft.spec : { type, name, inputs, ...rest };
    rememberPointer(layer, draft.pointer);
    return layer;
  });
}

function findInputs({ spec, pointer, links, isLinked }: LayerDraft, errors: FieldError[]): string[] {
  const merges = layerDefinition(spec.type).inputs === 'several';
  if (merges ? links.length < 2 : links.length > 1) {
    const expected = merges ? 'the names of at least two layers' : 'the name of one layer';
    const received = isLinked ? links.map(({ name }) => name) : undefined;
    errors.push(mismatch(`${pointer}/inputs`, `${expected}, since ${spec.type} ${ARITY[String(merges)]}`, received));
    return [];
  }
  return links.flatMap(({ name, target }, i) => {
    const found = target();
    if (found !== null) return [found];
    errors.push(mismatch(`${pointer}/inputs/${i}`, 'the name of a layer, or "input"', name));
    return [];
  });
}

const ARITY: Readonly<Record<string, string>> = { true: 'joins several', false: 'takes one input' };

/** Keeps the order of the author as far as it can be kept. */
function sort(layers: readonly Wired[], errors: FieldError[]): Wired[] {
  const done = new Set<string>([MODEL_INPUT]);
  const sorted: Wired[] = [];
  const waiting = [...layers];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ inputs }) => inputs.every((name) => done.has(name)));
    if (next < 0) {
      const names = waiting.map(({ draft }) => JSON.stringify(draft.spec.name)).join(', ');
      const { pointer } = waiting[0].draft;
      errors.push({
        pointer: `${pointer}/inputs`,
        detail: `expected no circle of layers; these wait for each other: ${names}`,
      });
      return sorted;
    }
    const [layer] = waiting.splice(next, 1);
    done.add(layer.draft.spec.name);
    sorted.push(layer);
  }
  return sorted;
}

/** One layer alone may feed no other: its output is the model's. */
function checkEnds(layers: readonly Wired[], errors: FieldError[]): void {
  const used = new Set(layers.flatMap(({ inputs }) => inputs));
  const ends = layers.filter(({ draft }) => !used.has(draft.spec.name));
  if (ends.length <= 1) return;
  const names = ends.map(({ draft }) => JSON.stringify(draft.spec.name)).join(' and ');
  errors.push({
    pointer: ends[0].draft.pointer,
    detail:
      `expected a model with one output; received ${ends.length}: nothing follows ${names}. ` +
      'Join them with add or concatenate, or leave out those that are not needed',
  });
}
