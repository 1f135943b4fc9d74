/**
 * Reads an ONNX model as a backbone: node by node into operations of ours; nodes that there are none for are kept as they are.
 * Shapes are found by adding both to a graph that is thrown away.
 */
import { Graph, type Value } from '../graph/graph.js';
import { type Shape, ShapeError, sizeOf } from '../graph/tensor-type.js';
import { dtypeOf } from '../onnx/data-type.js';
import type { OnnxModel, OnnxNode, OnnxValue } from '../onnx/read-model.js';
import { integersOf, ONNX_FLOAT, type OnnxTensor, requireElements } from '../onnx/read-tensor.js';
import { foldIntegers, type Integers } from './constant-folding.js';
import { type BackboneGraph, type BackboneNode, type BackboneParameter, type Operand, OUTPUT } from './graph.js';
import { imageInput, imageOf, layoutOf } from './image-input.js';
import { type KeptScope, readKept } from './kept/read.js';
import { NodeReader, TRACED_BATCH } from './node-reader.js';
import { UnsupportedNode } from './operator.js';
import { operators } from './operators/index.js';
import { enter, Replay } from './replay.js';

/** A value of the file that a model can go on from: float32, with the images as its first axis. */
export interface ImportedValue {
  /** In the file. */
  readonly name: string;
  readonly operator: string;
  /** Its place in `nodes`. */
  readonly node: number;
  /** Without the batch, in the order of the file. */
  readonly shape: Shape;
}

/** A node that there are no operations for, and why. */
export interface NamedNode {
  readonly operator: string;
  readonly node: string;
  readonly reason: string;
}

export interface ImportedBackbone {
  readonly opset: number;
  readonly producer: string;
  /** Sides of the images that the file was made for; null where they are open. */
  readonly image: { readonly height: number | null; readonly width: number | null; readonly channels: number };
  readonly layout: BackboneGraph['layout'];
  readonly nodes: readonly BackboneNode[];
  readonly parameters: readonly BackboneParameter[];
  /** In the order of the file. */
  readonly values: readonly ImportedValue[];
  /** Those that are run as the file has them, without a gradient. */
  readonly kept: readonly NamedNode[];
  /** Those that cannot be run; neither can what depends on them. */
  readonly unsupported: readonly NamedNode[];
  /** Names of the file's own outputs. */
  readonly outputs: readonly string[];
}

/** What a shape is found with where the file leaves it open. */
const TRACED_SIDE = 224;
const PASSED_ON: readonly string[] = ['Identity', 'Dropout'];

/** @throws TrainyardError `invalid_backbone` where it takes no images */
export function importBackbone(model: OnnxModel): ImportedBackbone {
  return new BackboneImport(model).run();
}

/** The tensors of the file by the names that `importBackbone` gives its weights. */
export function backboneTensors(model: OnnxModel): ReadonlyMap<string, OnnxTensor> {
  const reading = new BackboneImport(model);
  reading.run();
  return reading.tensors;
}

class BackboneImport implements KeptScope {
  readonly opset: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly batch: number | null;
  /** By the weight's name. */
  readonly tensors = new Map<string, OnnxTensor>();
  readonly #model: OnnxModel;
  readonly #image: ImportedBackbone['image'];
  readonly #layout: BackboneGraph['layout'];
  readonly #graph = new Graph();
  readonly #replay: Replay;
  readonly #weights = new Map<string, Value>();
  readonly #nodes: BackboneNode[] = [];
  readonly #parameters: BackboneParameter[] = [];
  readonly #values: ImportedValue[] = [];
  readonly #kept: NamedNode[] = [];
  readonly #unsupported: NamedNode[] = [];
  readonly #places = new Map<string, number>();
  readonly #constants: Map<string, OnnxTensor>;
  readonly #integers = new Map<string, Integers>();
  readonly #weightNames = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  #operator = '';
  /** Weights that the graph has been given, those of nodes that were refused among them. */
  #inputs = 0;

  constructor(model: OnnxModel) {
    this.#model = model;
    this.opset = model.opset;
    this.opsets = model.opsets;
    this.#constants = new Map(model.initializers);
    const input = imageInput(model);
    const [batch, ...sides] = input.shape ?? [];
    this.batch = batch ?? null;
    this.#layout = layoutOf(sides);
    this.#image = imageOf(this.#layout, sides);
    const { height, width, channels } = this.#image;
    const shape = [TRACED_BATCH, channels, height ?? TRACED_SIDE, width ?? TRACED_SIDE];
    const images = this.#graph.input('images', 'float32', shape);
    this.#replay = new Replay(enter({ layout: this.#layout }, images), this.#context(), { isTraced: true });
    this.#places.set(input.name, 0);
  }

  run(): ImportedBackbone {
    for (const node of this.#model.nodes) this.#add(node);
    return {
      opset: this.opset,
      producer: this.#model.producer,
      image: this.#image,
      layout: this.#layout,
      nodes: this.#nodes,
      parameters: this.#parameters,
      values: this.#values,
      kept: this.#kept,
      unsupported: this.#unsupported,
      outputs: this.#model.outputs.map(({ name }) => name),
    };
  }

  place(name: string): number | undefined {
    return this.#places.get(name);
  }

  tensor(name: string): OnnxTensor | undefined {
    return this.#constants.get(name);
  }

  integers(name: string): readonly number[] | undefined {
    return this.#integersOf(name)?.values;
  }

  known(name: string): Integers | undefined {
    return this.#integersOf(name);
  }

  declared(name: string): OnnxValue | undefined {
    return this.#model.values.get(name);
  }

  shape(operand: Operand): Shape {
    return this.#replay.value(operand).shape;
  }

  /** Called by its operator, a number and its role: `conv_3.weight`. A tensor that several nodes share is one weight. */
  weight(tensor: OnnxTensor, role: string, trainable: boolean): string {
    const known = this.#weightNames.get(tensor.name);
    if (known !== undefined && tensor.name !== '') return known;
    requireElements(tensor);
    const name = this.#freeName(`${this.#operator}.${role}`);
    // Before the first product stand the numbers that normalise pixels; single numbers are factors and bounds.
    const isProduct = role === 'weight' || this.#parameters.some((known) => known.name.endsWith('.weight'));
    const trained = trainable && isProduct && sizeOf(tensor.shape) > 1;
    this.#parameters.push({ name, shape: [...tensor.shape], trainable: trained });
    this.#weights.set(name, this.#graph.input(`weight ${this.#inputs++}`, 'float32', tensor.shape));
    this.tensors.set(name, tensor);
    this.#weightNames.set(tensor.name, name);
    return name;
  }

  #add(node: OnnxNode): void {
    const folded = foldIntegers(node, {
      integers: (name) => this.#integersOf(name),
      shape: (name) => this.#shapeOf(name),
    });
    const [output = ''] = node.outputs;
    if (folded) {
      this.#integers.set(output, folded);
      return;
    }
    if (node.type === 'Constant') {
      this.#addConstant(node, output);
      return;
    }
    const passed = this.#passedOn(node);
    if (passed !== undefined) this.#places.set(output, passed);
    else this.#translate(node, output);
  }

  /** The place of a value that a node gives on unchanged. */
  #passedOn(node: OnnxNode): number | undefined {
    const place = this.#places.get(node.inputs[0] ?? '');
    if (place === undefined || PASSED_ON.includes(node.type)) return place;
    return isFloatCast(node) && this.#replay.value(place).dtype === 'float32' ? place : undefined;
  }

  #addConstant({ attributes }: OnnxNode, output: string): void {
    const value = attributes.get('value');
    const number = attributes.get('value_float');
    if (value?.kind === 'tensor') this.#constants.set(output, { ...value.value, name: output });
    if (number?.kind === 'number') this.#constants.set(output, floatTensor(output, number.value));
  }

  #translate(node: OnnxNode, output: string): void {
    // What a node that has no operations here leads to is unknown as well; it is told once.
    const isUnknown = (name: string) => name !== '' && !this.#isKnown(name);
    if (node.inputs.some(isUnknown)) return;
    const before = this.#parameters.length;
    this.#operator = this.#count(node.type);
    try {
      const operator = node.domain === '' && Object.hasOwn(operators, node.type) ? operators[node.type] : undefined;
      if (!operator) throw new UnsupportedNode('there is no such operator here');
      const { inputs, attributes = {} } = operator.read(new NodeReader(node, this));
      this.#push({ op: node.type, inputs: [...inputs], attributes }, output, node.type);
    } catch (error) {
      const reason = this.#refusal(error, before);
      this.#keep(node, reason);
    }
  }

  /** The node as it is, where there are no operations for it. */
  #keep(node: OnnxNode, reason: string): void {
    const before = this.#parameters.length;
    const operator = node.domain === '' ? node.type : `${node.domain}.${node.type}`;
    const named = { operator, node: node.name || (node.outputs[0] ?? '') };
    try {
      this.#push(readKept(node, this), node.outputs[0] ?? '', operator);
      const first = this.#nodes.length;
      node.outputs.forEach((name, index) => {
        if (index === 0 || name === '') return;
        this.#push({ op: OUTPUT, inputs: [first], attributes: { index } }, name, operator);
      });
      this.#kept.push({ ...named, reason });
    } catch (error) {
      const why = this.#refusal(error, before);
      this.#unsupported.push({ ...named, reason: why === reason ? why : `${reason}, and it cannot be kept: ${why}` });
    }
  }

  #push(node: BackboneNode, output: string, operator: string): void {
    const { dtype, shape } = this.#replay.add(node);
    this.#nodes.push(node);
    this.#places.set(output, this.#nodes.length);
    if (dtype !== 'float32' || shape[0] !== TRACED_BATCH) return;
    this.#values.push({ name: output, operator, node: this.#nodes.length - 1, shape: shape.slice(1) });
  }

  /** Why a node was refused; throws what is no refusal. */
  #refusal(error: unknown, parameters: number): string {
    if (!(error instanceof UnsupportedNode || error instanceof ShapeError)) throw error;
    this.#forgetParameters(parameters);
    return error.message;
  }

  #context() {
    return {
      training: false,
      frozen: true,
      rowWeights: null,
      parameter: (name: string) => this.#weights.get(name) ?? missing(name),
      setStatistic() {},
    };
  }

  #forgetParameters(count: number): void {
    for (const { name } of this.#parameters.splice(count)) {
      const tensor = this.tensors.get(name);
      if (tensor) this.#weightNames.delete(tensor.name);
      this.#weights.delete(name);
      this.tensors.delete(name);
    }
  }

  /** `conv_3`: the third Conv of the file. */
  #count(type: string): string {
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    return `${type.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}_${count}`;
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#weights.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }

  #isKnown(name: string): boolean {
    return this.#places.has(name) || this.#constants.has(name) || this.#integersOf(name) !== undefined;
  }

  #integersOf(name: string): Integers | undefined {
    const found = this.#integers.get(name);
    const tensor = this.#constants.get(name);
    if (found || !tensor || tensor.shape.length > 1) return found;
    const values = integersOf(tensor);
    const dtype = dtypeOf(tensor.dataType);
    if (!values || !dtype) return undefined;
    return { values, rank: tensor.shape.length === 0 ? 0 : 1, dtype, isBound: false };
  }

  #shapeOf(name: string): Shape | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#replay.value(place).shape;
  }
}

function isFloatCast({ type, attributes }: OnnxNode): boolean {
  const to = attributes.get('to');
  return type === 'Cast' && to?.kind === 'number' && to.value === ONNX_FLOAT;
}

function floatTensor(name: string, value: number): OnnxTensor {
  return { name, dataType: ONNX_FLOAT, shape: [], raw: null, numbers: [value], isExternal: false };
}

function missing(name: string): never {
  throw new UnsupportedNode(`there is no weight ${name}`);
}
