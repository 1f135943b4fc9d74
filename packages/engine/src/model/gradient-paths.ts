/** Whether the gradients that a model is trained by can take their way: a kept node of a backbone lets none pass. */
import Value from 'typebox/value';
import { blockedBy } from '../backbone/gradients.js';
import { BackboneGraph } from '../backbone/graph.js';
import { pointerOf } from '../spec/places.js';
import { type BuiltLayer, IMAGE } from './model.js';

const NAMED_MAX = 5;

/** An error for each backbone that something trained would have to send gradients through. */
export function gradientErrors(layers: readonly BuiltLayer[]): { pointer: string; detail: string }[] {
  /** Whether something is trained in a layer, or in those that it takes from. */
  const carries: boolean[] = [];
  return layers.flatMap(({ spec, plan, sources }, place) => {
    const before = sources.some((source) => source !== IMAGE && carries[source]);
    const weights = plan.parameters.some(({ trainable }) => trainable !== false);
    carries.push(before || weights);
    if (spec.type !== 'onnx_backbone' || !Value.Check(BackboneGraph, spec.graph)) return [];
    const blocked = [...(blockedBy(spec.graph, { weights, before }).at(-1) ?? [])];
    if (blocked.length === 0) return [];
    const named = blocked.slice(0, NAMED_MAX).map(({ operator, name }) => `${operator} "${name}"`);
    const more = blocked.length > NAMED_MAX ? ` and ${blocked.length - NAMED_MAX} more` : '';
    const detail = before
      ? `layer "${spec.name}": layers in front of it are trained, but no gradient passes ${named.join(', ')}${more}; ` +
        'mark those layers "trainable": false'
      : `layer "${spec.name}": expected it frozen, since no gradient passes ${named.join(', ')}${more}; ` +
        'leave "trainable" out, or cut in front of them';
    return [{ pointer: `${pointerOf(spec, place)}/trainable`, detail }];
  });
}
