/** The uploaded backbones of a model. */
import Value from 'typebox/value';
import { BackboneGraph } from '../backbone/graph.js';
import type { Model } from './model.js';

export interface ModelBackbone {
  /** Name of the layer. */
  readonly layer: string;
  readonly backboneId: string;
  readonly graph: BackboneGraph;
}

export function backbonesOf({ layers }: Model): ModelBackbone[] {
  return layers.flatMap(({ spec: { name, backbone_id: backboneId, graph } }) =>
    typeof backboneId === 'string' && Value.Check(BackboneGraph, graph) ? [{ layer: name, backboneId, graph }] : [],
  );
}
