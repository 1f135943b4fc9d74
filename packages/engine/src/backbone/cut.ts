/** Cuts an imported backbone at one of its values: the nodes that it needs, and the weights of those. */
import type { BackboneGraph, BackboneNode, Operand } from './graph.js';
import type { ImportedBackbone, ImportedValue } from './import.js';

/** Whether a layer of ours can go on from there: an image or a vector. */
export function isCut({ shape }: ImportedValue): boolean {
  return shape.length === 1 || shape.length === 3;
}

/** The values where it may be cut, by name. */
export function cutsOf({ values }: ImportedBackbone): ImportedValue[] {
  return values.filter(isCut);
}

/** Where a backbone begins and ends. */
export interface CutPlaces {
  /** The node whose output is the end. */
  readonly node: number;
  /** The node whose output it begins with, and the channels of that; the image where left out. */
  readonly from?: { readonly node: number; readonly channels: number };
}

/**
 * Without the nodes that the end does not need, or that lie in front of the beginning; the last node is the one cut at.
 * Null where the end needs more than the beginning.
 */
export function cutAt(
  { nodes, parameters, layout, image }: Pick<ImportedBackbone, 'nodes' | 'parameters' | 'layout' | 'image'>,
  { node, from }: CutPlaces,
  digest: string,
): BackboneGraph | null {
  const begin = from ? from.node + 1 : 0;
  const needed = neededNodes(nodes, node, begin);
  const places = new Map<number, number>([[begin, 0]]);
  const found: BackboneNode[] = [];
  for (const index of needed) {
    const each = nodes[index];
    const inputs: Operand[] = [];
    for (const operand of each.inputs) {
      const place = typeof operand === 'string' ? operand : places.get(operand);
      if (place === undefined) return null;
      inputs.push(place);
    }
    found.push({ ...each, inputs });
    places.set(index + 1, found.length);
  }
  const used = new Set(found.flatMap(({ inputs }) => inputs));
  const weights = parameters.filter(({ name }) => used.has(name));
  const entry = from ? ({ layout: 'nchw', channels: from.channels } as const) : { layout, channels: image.channels };
  return { digest, ...entry, parameters: weights, nodes: found };
}

function neededNodes(nodes: readonly BackboneNode[], last: number, begin: number): number[] {
  const needed = new Set([last]);
  for (let index = last; index >= 0; index--) {
    if (!needed.has(index)) continue;
    for (const operand of nodes[index].inputs) {
      if (typeof operand === 'number' && operand > 0 && operand !== begin) needed.add(operand - 1);
    }
  }
  return [...needed].sort((a, b) => a - b);
}

const PRODUCTS: readonly string[] = ['Conv', 'Gemm', 'MatMul'];
/** What may follow the last product of a classifier. */
const ENDS: readonly string[] = [
  ...['Add', 'Flatten', 'Reshape', 'Squeeze', 'Softmax', 'LogSoftmax', 'Sigmoid', 'Transpose', 'Mul'],
];

/**
 * Where a backbone is cut when nobody says: in front of the classifier, the last product when nothing but its bias, a
 * flatten and a last activation follow and its input is a vector or an image of one pixel. Else at the end of the file; null
 * where that is not to be cut at.
 */
export function defaultCut(backbone: ImportedBackbone): ImportedValue | null {
  const { nodes, values, outputs } = backbone;
  const end = values.find(({ name }) => name === outputs[0]);
  if (!end) return cutsOf(backbone).at(-1) ?? null;
  let node = end.node;
  while (ENDS.includes(nodes[node].op)) {
    const [before, ...others] = nodes[node].inputs.filter((operand) => typeof operand === 'number');
    if (before === undefined || before === 0 || others.length > 0) return isCut(end) ? end : null;
    node = before - 1;
  }
  const [input] = nodes[node].inputs;
  const features = values.find((value) => value.node === Number(input) - 1);
  const isClassifier = PRODUCTS.includes(nodes[node].op) && typeof input === 'number' && features !== undefined;
  if (isClassifier && isFeatureVector(features)) return features;
  return isCut(end) ? end : null;
}

function isFeatureVector({ shape }: ImportedValue): boolean {
  return shape.length === 1 || (shape.length === 3 && shape[1] === 1 && shape[2] === 1);
}
