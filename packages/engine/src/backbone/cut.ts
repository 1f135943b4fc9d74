/** Cuts an imported backbone at one of its values: the nodes that it needs, and the weights of those. */
import type { BackboneGraph, BackboneNode } from './graph.js';
import type { ImportedBackbone, ImportedValue } from './import.js';

/** Whether a layer of ours can go on from there: an image or a vector. */
export function isCut({ shape }: ImportedValue): boolean {
  return shape.length === 1 || shape.length === 3;
}

/** The values where it may be cut, by name. */
export function cutsOf({ values }: ImportedBackbone): ImportedValue[] {
  return values.filter(isCut);
}

/** Without the nodes that the value at `node` does not need; the last node is the one cut at. */
export function cutAt(
  { nodes, parameters, layout, image }: Pick<ImportedBackbone, 'nodes' | 'parameters' | 'layout' | 'image'>,
  node: number,
  digest: string,
): BackboneGraph {
  const needed = neededNodes(nodes, node);
  const places = new Map<number, number>([[0, 0]]);
  const found: BackboneNode[] = [];
  for (const index of needed) {
    const node = nodes[index];
    const moved = node.inputs.map((operand) =>
      typeof operand === 'string' ? operand : (places.get(operand) ?? operand),
    );
    found.push({ ...node, inputs: moved });
    places.set(index + 1, found.length);
  }
  const used = new Set(found.flatMap(({ inputs }) => inputs));
  const weights = parameters.filter(({ name }) => used.has(name));
  return { digest, layout, channels: image.channels, parameters: weights, nodes: found };
}

function neededNodes(nodes: readonly BackboneNode[], last: number): number[] {
  const needed = new Set([last]);
  for (let index = last; index >= 0; index--) {
    if (!needed.has(index)) continue;
    for (const operand of nodes[index].inputs) if (typeof operand === 'number' && operand > 0) needed.add(operand - 1);
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
