// The nodes of an ONNX file with the types of their values, those within Scan too.
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { DType } from '../../../packages/engine/src/graph/tensor-type.js';
import { readFields, takeBytes } from '../../../packages/engine/src/onnx/read-fields.js';
import { type OnnxModel, type OnnxNode, readOnnxModel } from '../../../packages/engine/src/onnx/read-model.js';
import { DATA_TYPE } from '../../../packages/engine/src/onnx/wire.js';

export interface TypedNode extends OnnxNode {
  /** Of its inputs; null for one that is left out. */
  readonly inputTypes: readonly (DType | null)[];
  readonly outputTypes: readonly DType[];
}

type Types = ReadonlyMap<string, DType>;

const NAMES = new Map((Object.keys(DATA_TYPE) as DType[]).map((dtype) => [DATA_TYPE[dtype], dtype]));
const TRUTHS = [
  'And',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'Xor',
];
const PLACES = ['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size'];

export interface OnnxFile {
  readonly opset: number;
  readonly nodes: readonly TypedNode[];
}

export function typedNodes(onnx: Uint8Array): OnnxFile {
  const model = readOnnxModel(onnx);
  return { opset: model.opset, nodes: nodesOf(model, new Map()) };
}

function nodesOf(model: OnnxModel, outer: Types): TypedNode[] {
  const types = new Map(outer);
  for (const { name, dataType } of model.inputs) types.set(name, nameOf(dataType));
  for (const { name, dataType } of model.initializers.values()) types.set(name, nameOf(dataType));
  return model.nodes.flatMap((node) => {
    const inputTypes = node.inputs.map((name) => (name === '' ? null : typeOf(name, types)));
    const body = node.type === 'Scan' ? bodyOf(node) : null;
    const outputTypes = body
      ? body.outputs.map(({ dataType }) => nameOf(dataType))
      : node.outputs.map((_, place) => resultType(node, inputTypes, place));
    node.outputs.forEach((name, i) => void types.set(name, outputTypes[i]));
    return [{ ...node, inputTypes, outputTypes }, ...(body ? nodesOf(body, types) : [])];
  });
}

/** What the compiler's operators give; where no line says otherwise, what comes in first. */
function resultType({ type, attributes }: OnnxNode, inputs: readonly (DType | null)[], place: number): DType {
  if (TRUTHS.includes(type)) return 'bool';
  if (PLACES.includes(type) || (type === 'MaxPool' && place === 1)) return 'int64';
  if (type === 'Cast') {
    const to = attributes.get('to');
    if (to?.kind === 'number') return nameOf(to.value);
  }
  const first = inputs[type === 'Where' ? 1 : 0];
  if (!first) throw new Error(`${type}: nothing tells the type of its output ${place}`);
  return first;
}

/** The graph within a node, which is written like a file's own. */
function bodyOf({ name, attributeBytes }: OnnxNode): OnnxModel {
  const GRAPH = { ofAttribute: 6, ofModel: 7 };
  const LENGTH_DELIMITED = 2;
  for (const bytes of attributeBytes) {
    let graph: Uint8Array | null = null;
    readFields('AttributeProto', bytes, {
      [GRAPH.ofAttribute]: (reader, wire) => {
        graph = takeBytes(reader, wire);
      },
    });
    if (graph) return readOnnxModel(new BinaryWriter().tag(GRAPH.ofModel, LENGTH_DELIMITED).bytes(graph).finish());
  }
  throw new Error(`${name} has no graph within`);
}

function typeOf(name: string, types: Types): DType {
  const type = types.get(name);
  if (!type) throw new Error(`${name} is used before it is computed`);
  return type;
}

function nameOf(dataType: number): DType {
  const name = NAMES.get(dataType);
  if (!name) throw new Error(`no graph of the compiler has values of type ${dataType}`);
  return name;
}
