/** Operators of one value, element by element. */
import type { Value } from '../../graph/graph.js';
import { abs } from '../../ops/abs.js';
import { clip as clipOf } from '../../ops/clip.js';
import { elu as eluOf } from '../../ops/elu.js';
import { erf } from '../../ops/erf.js';
import { exp } from '../../ops/exp.js';
import { hardSigmoid as hardSigmoidOf } from '../../ops/hard-sigmoid.js';
import { leakyRelu as leakyReluOf } from '../../ops/leaky-relu.js';
import { log } from '../../ops/log.js';
import { logSoftmax as logSoftmaxOf } from '../../ops/log-softmax.js';
import { mul } from '../../ops/mul.js';
import { neg } from '../../ops/neg.js';
import { prelu as preluOf } from '../../ops/prelu.js';
import { relu } from '../../ops/relu.js';
import { sigmoid } from '../../ops/sigmoid.js';
import { softmax as softmaxOf } from '../../ops/softmax.js';
import { softplus } from '../../ops/softplus.js';
import { sqrt } from '../../ops/sqrt.js';
import { tanh } from '../../ops/tanh.js';
import { axisOf, type NodeReader } from '../node-reader.js';
import { type BackboneOperator, UnsupportedNode } from '../operator.js';

const unary = (apply: (x: Value) => Value): BackboneOperator => ({
  read: (node) => ({ inputs: [node.value(0)] }),
  apply: ([x]) => apply(x),
});

export const simpleActivations = {
  Abs: unary(abs),
  Erf: unary(erf),
  Exp: unary(exp),
  Log: unary(log),
  Neg: unary(neg),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Sqrt: unary(sqrt),
  Tanh: unary(tanh),
  /** x · max(0, min(1, x / 6 + 0.5)). */
  HardSwish: unary((x) => mul(x, hardSigmoidOf(x, { alpha: 1 / 6, beta: 0.5 }))),
} satisfies Record<string, BackboneOperator>;

/** Bounds are inputs since opset 11, attributes before. */
export const clip: BackboneOperator = {
  read(node) {
    const bound = (i: number, name: string) => {
      if (node.has(i)) return { [name]: node.scalar(i) };
      return node.hasAttribute(name) ? { [name]: node.number(name, 0) } : {};
    };
    return { inputs: [node.value(0)], attributes: { ...bound(1, 'min'), ...bound(2, 'max') } };
  },
  apply([x], attributes) {
    const min = attributes.optional('min');
    const max = attributes.optional('max');
    return clipOf(x, { ...(min === null ? {} : { min }), ...(max === null ? {} : { max }) });
  },
};

export const elu: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0)], attributes: { alpha: node.number('alpha', 1) } }),
  apply: ([x], attributes) => eluOf(x, attributes.number('alpha')),
};

export const leakyRelu: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0)], attributes: { alpha: node.number('alpha', 0.01) } }),
  apply: ([x], attributes) => leakyReluOf(x, attributes.number('alpha')),
};

export const hardSigmoid: BackboneOperator = {
  read: (node) => ({
    inputs: [node.value(0)],
    attributes: { alpha: node.number('alpha', 0.2), beta: node.number('beta', 0.5) },
  }),
  apply: ([x], attributes) => hardSigmoidOf(x, { alpha: attributes.number('alpha'), beta: attributes.number('beta') }),
};

export const prelu: BackboneOperator = {
  read: (node) => ({ inputs: [node.value(0), node.weight(1, 'slope')] }),
  apply: ([x, slope]) => preluOf(x, slope),
};

/** Before opset 13 it ran over all axes from `axis` on, which is the same where that is the last. */
function readSoftmax(node: NodeReader): ReturnType<BackboneOperator['read']> {
  const x = node.value(0);
  const rank = node.shape(x).length;
  const axis = axisOf(node.number('axis', node.opset < 13 ? 1 : -1), rank);
  if (axis !== rank - 1) throw new UnsupportedNode(`it runs over axis ${axis}; expected the last`);
  return { inputs: [x], attributes: { axis } };
}

export const softmax: BackboneOperator = {
  read: readSoftmax,
  apply: ([x], attributes) => softmaxOf(x, attributes.number('axis')),
};

export const logSoftmax: BackboneOperator = {
  read: readSoftmax,
  apply: ([x], attributes) => logSoftmaxOf(x, attributes.number('axis')),
};
