/**
 * ConvTranspose with the same pads on both sides: CUDA's provider has no other and would leave the node to the CPU. What
 * the odd pixel would cut off is cut by a Slice.
 */
import type { Value } from '../../graph/graph.js';
import { type ConvTransposeAttributes, convTranspose } from '../../ops/conv-transpose.js';
import { slice } from '../../ops/slice.js';
import { attributesOf } from '../attributes.js';
import type { LoweringRule } from '../lower.js';

export const lowerConvTranspose: LoweringRule = ([x, w, b], node) => [
  symmetricConvTranspose(x, w, attributesOf<ConvTransposeAttributes>(node), b),
];

/** The same as `convTranspose`, of symmetric pads. */
export function symmetricConvTranspose(x: Value, w: Value, attributes: ConvTransposeAttributes, b?: Value): Value {
  const [rows, columns] = ([0, 1] as const).map((axis) => sidesOf(attributes, axis));
  const whole = convTranspose(
    x,
    w,
    {
      ...attributes,
      pads: [rows.pad, columns.pad, rows.pad, columns.pad],
      output_padding: [rows.output_padding, columns.output_padding],
    },
    b,
  );
  const cut = [rows, columns]
    .map((side, i) => ({ ...side, axis: i + 2 }))
    .filter(({ first, last }) => first + last > 0);
  if (cut.length === 0) return whole;
  return slice(whole, {
    starts: cut.map(({ first }) => first),
    ends: cut.map(({ axis, last }) => whole.shape[axis] - last),
    axes: cut.map(({ axis }) => axis),
    steps: cut.map(() => 1),
  });
}

/** The pad that both ends share, and what is still to be cut off at each; rows that would be added there are not made. */
function sidesOf({ pads, output_padding }: ConvTransposeAttributes, axis: 0 | 1) {
  const pad = Math.min(pads[axis], pads[axis + 2]);
  const last = pads[axis + 2] - pad;
  const added = output_padding[axis];
  return {
    pad,
    first: pads[axis] - pad,
    last: Math.max(last - added, 0),
    output_padding: Math.max(added - last, 0),
  };
}
