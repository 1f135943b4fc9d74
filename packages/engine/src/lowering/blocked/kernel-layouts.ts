/** Which convolutions are computed in blocks, and how their weights are stored. */
import type { Graph, Node, Value } from '../../graph/graph.js';
import type { ConvAttributes } from '../../ops/conv.js';
import { attributesOf } from '../attributes.js';
import type { KernelLayout } from './kernel-layout.js';

/** Weights that several convolutions share are blocked only where all agree. */
export function kernelLayouts(
  { nodes }: Graph,
  { needed, block }: { needed: ReadonlySet<Value>; block: number },
): Map<Value, KernelLayout> {
  const used = nodes.filter((node) => node.outputs.some((output) => needed.has(output)));
  const differentiated = new Set(
    used.filter(({ op }) => op.type === 'ConvInputGradient').map(({ inputs }) => inputs[1]),
  );
  const layouts = new Map<Value, KernelLayout>();
  const refused = new Set<Value>();
  for (const node of used) {
    if (node.op.type !== 'Conv') continue;
    const [, weights] = node.inputs;
    const layout = layoutOf(node, block, differentiated.has(weights));
    if (layout === null || (layouts.has(weights) && layouts.get(weights)?.kind !== layout.kind)) refused.add(weights);
    else layouts.set(weights, layout);
  }
  for (const weights of refused) layouts.delete(weights);
  return layouts;
}

function layoutOf(node: Node, block: number, isDifferentiated: boolean): KernelLayout | null {
  const [x, { shape }] = node.inputs;
  const { group } = attributesOf<ConvAttributes>(node);
  const channels = x.shape[1];
  if (x.dtype !== 'float32') return null;
  if (group === 1) {
    const kind = channels < block && !isDifferentiated ? 'raw' : 'full';
    return { kind, shape, block };
  }
  return group === channels && shape[0] === channels ? { kind: 'depthwise', shape, block } : null;
}
