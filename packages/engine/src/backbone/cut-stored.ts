/** Cuts a backbone that was imported before and stored as JSON. */
import { type Static, Type } from 'typebox';
import Value from 'typebox/value';
import { cutAt } from './cut.js';
import { type BackboneGraph, BackboneNode, BackboneParameter, LAYOUTS } from './graph.js';
import type { ImportedBackbone } from './import.js';

/** What must be stored of an import so that it can be cut anywhere. */
export const StoredBackbone = Type.Object({
  layout: Type.Unsafe<(typeof LAYOUTS)[number]>({ type: 'string', enum: LAYOUTS }),
  channels: Type.Integer({ minimum: 1 }),
  nodes: Type.Array(BackboneNode),
  parameters: Type.Array(BackboneParameter),
  /** The value that may be cut at, and the place of its node. */
  cuts: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
});
export type StoredBackbone = Static<typeof StoredBackbone>;

export function toStoredBackbone(imported: ImportedBackbone, cuts: ImportedBackbone['values']): StoredBackbone {
  const { layout, image, nodes, parameters } = imported;
  return {
    layout,
    channels: image.channels,
    nodes: [...nodes],
    parameters: [...parameters],
    cuts: Object.fromEntries(cuts.map(({ name, node }) => [name, node])),
  };
}

/** The graph up to a value; null where it cannot be cut there. Throws where `stored` is no stored backbone. */
export function cutStored(stored: unknown, output: string, digest: string): BackboneGraph | null {
  if (!Value.Check(StoredBackbone, stored)) throw new TypeError('The stored backbone cannot be read.');
  const { nodes, parameters, layout, channels, cuts } = stored;
  const node = Object.hasOwn(cuts, output) ? cuts[output] : undefined;
  if (node === undefined) return null;
  return cutAt({ nodes, parameters, layout, image: { channels, height: null, width: null } }, node, digest);
}
