/** Pooling of blocked images. */
import { blockedAveragePool, blockedGlobalAveragePool, blockedMaxPool } from '../../ops/blocked/pool.js';
import { slice } from '../../ops/slice.js';
import type { Window } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { BlockedRule } from './rule.js';

export const blockedMaxPoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  if (places.native(x) !== 'images') return null;
  return [{ value: blockedMaxPool(places.images(x), attributesOf<Window>(node)), layout: 'images' }];
};

export const blockedAveragePoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  const window = attributesOf<Window>(node);
  if (places.native(x) !== 'images' || window.pads.some((count) => count > 0)) return null;
  return [{ value: blockedAveragePool(places.images(x), window), layout: 'images' }];
};

/** [N, C, 1, 1] is the same in blocks and plain. */
export const blockedGlobalAveragePoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  if (places.native(x) !== 'images') return null;
  const means = blockedGlobalAveragePool(places.images(x));
  const value = places.isWhole(x) ? means : slice(means, { starts: [0], ends: [x.shape[1]], axes: [1], steps: [1] });
  return [{ value, layout: 'plain' }];
};
