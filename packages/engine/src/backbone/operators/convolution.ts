/** Conv: weights [O, C/group, kh, kw] and, where there is one, a bias [O]. */
import { conv } from '../../ops/conv.js';
import type { BackboneOperator } from '../operator.js';
import { readWindow, windowAttributes, windowOf } from './window.js';

export const convolution: BackboneOperator = {
  read(node) {
    const x = node.value(0);
    const weight = node.weight(1, 'weight');
    const window = readWindow(node, node.shape(x), node.shape(weight).slice(2));
    return {
      inputs: [x, weight, ...(node.has(2) ? [node.weight(2, 'bias')] : [])],
      attributes: { ...windowAttributes(window), group: node.number('group', 1) },
    };
  },
  apply: ([x, weight, bias], attributes) =>
    conv(x, weight, bias ?? null, { ...windowOf(attributes), group: attributes.number('group') }),
};
