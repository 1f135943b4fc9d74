/** Which kept nodes stand in the way of gradients: those that something trained lies in front of. */
import type { BackboneNode, BackboneParameter } from './graph.js';
import type { KeptNode } from './kept/node.js';

export interface BlockedNode {
  readonly operator: string;
  readonly name: KeptNode['name'];
}

/** What is trained: the weights of the backbone, and whether layers in front of it are. */
export interface Trained {
  readonly weights: boolean;
  readonly before: boolean;
}

/** For each node the kept ones that gradients of what lies in front of them would have to pass, itself among them. */
export function blockedBy(
  { nodes, parameters }: { nodes: readonly BackboneNode[]; parameters: readonly BackboneParameter[] },
  { weights, before }: Trained,
): readonly ReadonlySet<BlockedNode>[] {
  const trained = new Set(weights ? parameters.flatMap(({ name, trainable }) => (trainable ? [name] : [])) : []);
  /** By place, as operands have it: whether something trained is in it. */
  const carries: boolean[] = [before];
  const blocked: Set<BlockedNode>[] = [];
  for (const { op, inputs, kept } of nodes) {
    const isTrained = inputs.some((operand) => (typeof operand === 'string' ? trained.has(operand) : carries[operand]));
    const found = new Set(
      inputs.flatMap((operand) => (typeof operand === 'number' && operand > 0 ? [...blocked[operand - 1]] : [])),
    );
    if (kept && isTrained) found.add({ operator: op, name: kept.name });
    carries.push(isTrained);
    blocked.push(found);
  }
  return blocked;
}
