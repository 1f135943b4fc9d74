/** Gemm and MatMul: products with a weight matrix, or of two values. */

import { add } from '../../ops/add.js';
import { scalarLike } from '../../ops/elementwise.js';
import { gemm as gemmOf } from '../../ops/gemm.js';
import { matmul as matmulOf } from '../../ops/matmul.js';
import { mul } from '../../ops/mul.js';
import type { BackboneOperator } from '../operator.js';

/** Y = alpha · A' · B' + beta · C. */
export const gemm: BackboneOperator = {
  read(node) {
    return {
      inputs: [node.value(0), node.operand(1, 'weight', true), ...(node.has(2) ? [node.operand(2, 'bias', true)] : [])],
      attributes: {
        trans_a: node.number('transA', 0),
        trans_b: node.number('transB', 0),
        alpha: node.number('alpha', 1),
        beta: node.number('beta', 1),
      },
    };
  },
  apply([a, b, c], attributes) {
    const transA = attributes.number('trans_a') === 0 ? 0 : 1;
    const transB = attributes.number('trans_b') === 0 ? 0 : 1;
    const alpha = attributes.number('alpha');
    const beta = attributes.number('beta');
    if (alpha === 1 && beta === 1) return gemmOf(a, b, { transA, transB }, c);
    const product = mul(gemmOf(a, b, { transA, transB }), scalarLike(a, alpha));
    return c ? add(product, mul(c, scalarLike(c, beta))) : product;
  },
};

export const matmul: BackboneOperator = {
  read: (node) => ({ inputs: [node.operand(0, 'weight', true), node.operand(1, 'weight', true)] }),
  apply: ([a, b]) => matmulOf(a, b),
};
