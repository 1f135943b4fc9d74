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
  /** Channels of those that are images of more than one pixel: another layer may go on from there. */
  channels_at: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 1 }))),
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
    channels_at: Object.fromEntries(cuts.flatMap(({ name, shape }) => (isImage(shape) ? [[name, shape[0]]] : []))),
  };
}

function isImage([, ...sides]: readonly number[]): boolean {
  return sides.length === 2 && sides.some((side) => side > 1);
}

/** Names of values of the file. */
export interface StoredCut {
  readonly output: string;
  /** An image that another layer ends with; the file's own image where left out. */
  readonly from?: string | undefined;
}

/** Why a backbone cannot be cut so: the field that is about, and whether nothing may be there or not with the other. */
export type CutRefusal = 'output' | 'from' | 'from_not_enough';

/** The graph from a value up to another. Throws where `stored` is no stored backbone. */
export function cutStored(stored: unknown, { output, from }: StoredCut, digest: string): BackboneGraph | CutRefusal {
  if (!Value.Check(StoredBackbone, stored)) throw new TypeError('The stored backbone cannot be read.');
  const { nodes, parameters, layout, channels, cuts, channels_at: channelsAt = {} } = stored;
  const node = own(cuts, output);
  if (node === undefined) return 'output';
  const image = { channels, height: null, width: null };
  if (from === undefined) return cutAt({ nodes, parameters, layout, image }, { node }, digest) ?? 'output';
  const [begin, given] = [own(cuts, from), own(channelsAt, from)];
  if (begin === undefined || given === undefined) return 'from';
  const isBehind = begin < node;
  const graph = isBehind
    ? cutAt({ nodes, parameters, layout, image }, { node, from: { node: begin, channels: given } }, digest)
    : null;
  return graph ?? 'from_not_enough';
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
