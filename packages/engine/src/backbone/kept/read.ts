/** Reads a node that is kept as it is: what its inputs are, and how its outputs' shapes are found. */
import { type OnnxAttribute, type OnnxNode, type OnnxValue, readAttributes } from '../../onnx/read-model.js';
import { numbersOf, ONNX_FLOAT, ONNX_FLOAT16, type OnnxTensor } from '../../onnx/read-tensor.js';
import { OPSET } from '../../onnx/wire.js';
import type { Integers } from '../constant-folding.js';
import type { BackboneNode, Operand } from '../graph.js';
import { BATCH, type FileScope, TRACED_BATCH } from '../node-reader.js';
import { UnsupportedNode } from '../operator.js';
import { base64Of } from './base64.js';
import { requireDType } from './call.js';
import type { FixedTensor, KeptNode, Slot } from './node.js';
import { isRuntimeDomain, isRuntimeOperator, shapeRule } from './rules/index.js';
import { upgrade } from './upgrade.js';

/** What of the file is known before a node, beside what operations need. */
export interface KeptScope extends FileScope {
  readonly opsets: ReadonlyMap<string, number>;
  known(name: string): Integers | undefined;
  declared(name: string): OnnxValue | undefined;
}

/** The newest version of ONNX' operators that onnxruntime 1.29 has. */
const OPSET_MAX = 26;
/** Numbers that a specification may hold for one input. */
const MAX_FIXED = 4096;

/** Float inputs that decide a shape, by their places. */
const SIZING: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2], Upsample: [1] };
/** Inputs that are a shape whose first side is the batch's. */
const SHAPES: Readonly<Record<string, number>> = { ConstantOfShape: 0, Expand: 1, Reshape: 1, Resize: 3 };
/** Those that were renamed. */
const OLD: readonly string[] = ['Upsample'];

export function readKept(node: OnnxNode, scope: KeptScope): BackboneNode {
  requireRunnable(node, scope);
  const inputs: Operand[] = [];
  const isBound = node.inputs.some((name) => scope.known(name)?.isBound);
  const slots = node.inputs.map((_, i) => readSlot(node, i, scope, inputs));
  const { type, ...draft } = upgrade({ ...node, slots, attributeBytes: bytesByName(node) }, scope.opset);
  const version = scope.opsets.get(node.domain) ?? 1;
  const outputs = node.outputs.findLastIndex((name) => name !== '') + 1;
  const rule = shapeRule(node.domain, type);
  const declared = rule ? undefined : node.outputs.slice(0, outputs).map((name) => declaredType(name, scope));
  const kept: KeptNode = {
    name: node.name || node.outputs[0],
    domain: node.domain,
    version: node.domain === '' ? Math.max(OPSET, version) : version,
    attributes: [...draft.attributeBytes.values()].map(base64Of),
    slots: [...draft.slots],
    outputs,
    ...(declared ? { declared } : {}),
    ...(isBound || declared ? { bound: inputs.map((operand) => [...scope.shape(operand).slice(1)]) } : {}),
  };
  return { op: type, inputs, attributes: {}, kept };
}

function requireRunnable({ type, domain, attributes }: OnnxNode, { opsets }: KeptScope): void {
  if (!isRuntimeDomain(domain)) {
    throw new UnsupportedNode(
      `onnxruntime has no operators of the domain "${domain}"; export with ONNX' own operators`,
    );
  }
  if (!isRuntimeOperator(domain, type) && !OLD.includes(type)) {
    throw new UnsupportedNode('onnxruntime has no such operator, or none that works image by image');
  }
  const version = opsets.get('') ?? 1;
  if (domain === '' && version > OPSET_MAX) {
    throw new UnsupportedNode(`expected opset ${OPSET_MAX} at most, which onnxruntime has; received ${version}`);
  }
  for (const [name, attribute] of attributes) requirePlain(name, attribute);
}

/** Attributes go on as they are: what points out of the file, or is no plain value, must not. */
function requirePlain(name: string, attribute: OnnxAttribute): void {
  if (attribute.kind === 'graph') throw new UnsupportedNode('it holds a graph of its own (a loop or a condition)');
  const isPlain = attribute.kind !== 'other' && !(attribute.kind === 'tensor' && attribute.value.isExternal);
  if (!isPlain) throw new UnsupportedNode(`its attribute "${name}" is no plain value`);
}

function bytesByName({ attributeBytes }: OnnxNode): Map<string, Uint8Array> {
  return new Map(attributeBytes.flatMap((bytes) => [...readAttributes([bytes]).keys()].map((name) => [name, bytes])));
}

function readSlot(node: OnnxNode, i: number, scope: KeptScope, inputs: Operand[]): Slot {
  const name = node.inputs[i];
  if (name === '') return null;
  const place = scope.place(name);
  if (place !== undefined) return inputs.push(place) - 1;
  const known = scope.known(name);
  if (known) {
    const shape = known.rank === 0 ? [] : [known.values.length];
    return openBatch(node, i, scope, { dtype: known.dtype, shape, values: [...known.values] });
  }
  const tensor = scope.tensor(name);
  if (!tensor) throw new UnsupportedNode(`its input ${i} ("${name}") is not known`);
  return readTensorSlot(node, i, scope, inputs, tensor);
}

function readTensorSlot(node: OnnxNode, i: number, scope: KeptScope, inputs: Operand[], tensor: OnnxTensor): Slot {
  const dtype = requireDType(tensor.dataType);
  const count = tensor.shape.reduce((product, side) => product * side, 1);
  const isFloat = tensor.dataType === ONNX_FLOAT || tensor.dataType === ONNX_FLOAT16;
  const isWeight = isFloat && count > 0 && !SIZING[node.type]?.includes(i);
  if (!isWeight && count <= MAX_FIXED) {
    const values = numbersOf(tensor) ?? [];
    if (values.every(Number.isFinite)) return openBatch(node, i, scope, { dtype, shape: [...tensor.shape], values });
  }
  if (!isFloat && dtype !== 'int8' && dtype !== 'uint8' && dtype !== 'bool') {
    throw new UnsupportedNode(`its input ${i} holds ${count} numbers of ${dtype}; expected at most ${MAX_FIXED}`);
  }
  const place = inputs.push(scope.weight(tensor, i === 1 ? 'weight' : `input_${i}`, false)) - 1;
  return dtype === 'float32' ? place : { input: place, dtype };
}

/** A file that was written for a fixed number of images names it in shapes; here it is any. */
function openBatch({ type, inputs }: OnnxNode, i: number, scope: KeptScope, fixed: FixedTensor): FixedTensor {
  if (fixed.values.filter((value) => value === BATCH).length > 1) {
    throw new UnsupportedNode(`its input ${i} names the batch twice`);
  }
  const [first, ...rest] = fixed.values;
  const source = scope.place(inputs[0] ?? '');
  const isOfImages = source === undefined || scope.shape(source)[0] === TRACED_BATCH;
  const isBatch = SHAPES[type] === i && scope.batch !== null && first === scope.batch && isOfImages;
  return isBatch ? { ...fixed, values: [BATCH, ...rest] } : fixed;
}

function declaredType(name: string, scope: KeptScope): NonNullable<KeptNode['declared']>[number] {
  const value = scope.declared(name);
  const shape = value?.shape?.map((side, axis) => {
    if (axis === 0 && (side === null || side === scope.batch)) return BATCH;
    return side ?? unknownShape(name);
  });
  if (!value || !shape) return unknownShape(name);
  return { dtype: requireDType(value.dataType), shape };
}

function unknownShape(name: string): never {
  throw new UnsupportedNode(
    `there is no shape rule for it, and the file does not tell the shape of "${name}"; ` +
      'write shapes into the file with onnx.shape_inference.infer_shapes',
  );
}
