/**
 * Brings nodes of older opsets into the one that the compiler writes: what ONNX has made an input is moved there, what it has
 * renamed is called by its new name. Whatever else has changed its meaning is refused.
 */
import type { OnnxAttribute } from '../../onnx/read-model.js';
import { type AttributeValue, encodeAttribute } from '../../onnx/wire.js';
import { UnsupportedNode } from '../operator.js';
import type { FixedTensor, Slot } from './node.js';

export interface NodeDraft {
  readonly type: string;
  readonly slots: readonly Slot[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** The bytes of each attribute, by its name. */
  readonly attributeBytes: ReadonlyMap<string, Uint8Array>;
}

interface Moved {
  /** The first opset that has it as an input. */
  readonly since: number;
  readonly attribute: string;
  readonly slot: number;
  readonly dtype: 'float32' | 'int64';
  /** Whether it is one number, not a list. */
  readonly isScalar?: true;
}

const integers = (since: number, attribute: string, slot = 1): Moved => ({ since, attribute, slot, dtype: 'int64' });
const number = (since: number, attribute: string, slot: number): Moved => ({
  ...{ since, attribute, slot },
  dtype: 'float32',
  isScalar: true,
});

/** Changes of ONNX up to opset 17, from its changelog. */
const MOVED: Readonly<Record<string, readonly Moved[]>> = {
  Clip: [number(11, 'min', 1), number(11, 'max', 2)],
  Pad: [integers(11, 'pads'), number(11, 'value', 2)],
  ReduceSum: [integers(13, 'axes')],
  Slice: [integers(10, 'starts'), integers(10, 'ends', 2), integers(10, 'axes', 3)],
  Split: [integers(13, 'split')],
  Squeeze: [integers(13, 'axes')],
  TopK: [integers(10, 'k')],
  Unsqueeze: [integers(13, 'axes')],
  Upsample: [{ since: 9, attribute: 'scales', slot: 1, dtype: 'float32' }],
};

/** Operators whose old form means something else, by the first opset of the new one. */
const REDEFINED: Readonly<Record<string, number>> = {
  BatchNormalization: 9,
  Hardmax: 13,
  LogSoftmax: 13,
  RoiAlign: 16,
  Softmax: 13,
};

const RESIZE_BY_INPUTS = 11;

/** @param opset of the file, with which the node was written */
export function upgrade(draft: NodeDraft, opset: number): NodeDraft {
  const since = REDEFINED[draft.type];
  if (since !== undefined && opset < since) {
    throw new UnsupportedNode(`${draft.type} means something else since opset ${since}; export with opset 17 or later`);
  }
  const moved = (MOVED[draft.type] ?? []).filter((each) => opset < each.since).reduce(moveAttribute, draft);
  const isOldResize = draft.type === 'Upsample' || (draft.type === 'Resize' && opset < RESIZE_BY_INPUTS);
  return isOldResize ? newResize(moved) : moved;
}

function moveAttribute(draft: NodeDraft, { attribute, slot, dtype, isScalar }: Moved): NodeDraft {
  const found = draft.attributes.get(attribute);
  if (found === undefined) return draft;
  const values = found.kind === 'number' ? [found.value] : found.kind === 'numbers' ? [...found.value] : null;
  if (values === null) throw new UnsupportedNode(`its attribute "${attribute}" is no number`);
  const tensor: FixedTensor = { dtype, shape: isScalar ? [] : [values.length], values };
  const slots: Slot[] = Array.from({ length: Math.max(slot + 1, draft.slots.length) }, (_, i) =>
    i === slot ? tensor : (draft.slots[i] ?? null),
  );
  return { ...draft, slots, ...without(draft, attribute) };
}

function without(
  { attributes, attributeBytes }: NodeDraft,
  name: string,
): Pick<NodeDraft, 'attributes' | 'attributeBytes'> {
  const others = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([each]) => each !== name));
  return { attributes: others(attributes), attributeBytes: others(attributeBytes) };
}

/** Before opset 11 places were those of the enlarged image divided by the factors, rounded down. */
function newResize(draft: NodeDraft): NodeDraft {
  const [x, scales] = draft.slots;
  const added: Record<string, AttributeValue> = {
    coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
    nearest_mode: { kind: 'string', value: 'floor' },
  };
  const bytes = Object.entries(added).map(([name, value]) => [name, encodeAttribute(name, value)] as const);
  return {
    type: 'Resize',
    slots: [x, null, scales],
    attributes: draft.attributes,
    attributeBytes: new Map([...draft.attributeBytes, ...bytes]),
  };
}
