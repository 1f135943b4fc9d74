/** Pools over windows and over whole images. */
import { averagePool as averagePoolOf } from '../../ops/average-pool.js';
import { globalAveragePool as globalAveragePoolOf } from '../../ops/global-average-pool.js';
import { maxPool as maxPoolOf } from '../../ops/max-pool.js';
import { reduceMax } from '../../ops/reduce-max.js';
import { pad } from '../../ops/slice.js';
import type { BackboneOperator } from '../operator.js';
import { readWindow, windowAttributes, windowOf } from './window.js';

export const maxPool: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    return { inputs: [x], attributes: windowAttributes(readWindow(node, node.shape(x))) };
  },
  apply: ([x], attributes) => maxPoolOf(x, windowOf(attributes)),
};

export const averagePool: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    const window = windowAttributes(readWindow(node, node.shape(x)));
    return { inputs: [x], attributes: { ...window, count_pads: node.number('count_include_pad', 0) } };
  },
  /** Where pads count, they are zeros of the image. */
  apply([x], attributes) {
    const window = windowOf(attributes);
    const [top, left, bottom, right] = window.pads;
    if (attributes.number('count_pads') === 0) return averagePoolOf(x, window);
    return averagePoolOf(pad(x, [0, 0, top, left], [0, 0, bottom, right]), { ...window, pads: [0, 0, 0, 0] });
  },
};

export const globalAveragePool: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0)] }),
  apply: ([x]) => globalAveragePoolOf(x),
};

export const globalMaxPool: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0)] }),
  apply: ([x]) => reduceMax(x, [2, 3], 1),
};
