// Operations that onnxruntime's CPU build has in float32 alone, written for float64 with those that it has in both, so
// that finite differences can check their gradient rules. What the float32 kernels give is compared with PyTorch.
import type { Graph, Value } from '../../packages/engine/src/graph/graph.js';
import { attributesOf } from '../../packages/engine/src/lowering/attributes.js';
import { type Lowering, type LoweringRule, lower } from '../../packages/engine/src/lowering/lower.js';
import { portableLowering } from '../../packages/engine/src/lowering/portable/index.js';
import { abs } from '../../packages/engine/src/ops/abs.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { clip } from '../../packages/engine/src/ops/clip.js';
import { scalarLike } from '../../packages/engine/src/ops/elementwise.js';
import type { EluAttributes } from '../../packages/engine/src/ops/elu.js';
import { exp } from '../../packages/engine/src/ops/exp.js';
import { greater } from '../../packages/engine/src/ops/greater.js';
import type { HardSigmoidAttributes } from '../../packages/engine/src/ops/hard-sigmoid.js';
import { log } from '../../packages/engine/src/ops/log.js';
import { max } from '../../packages/engine/src/ops/max.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import { neg } from '../../packages/engine/src/ops/neg.js';
import type { SeluAttributes } from '../../packages/engine/src/ops/selu.js';
import { sub } from '../../packages/engine/src/ops/sub.js';
import { where } from '../../packages/engine/src/ops/where.js';

/** max(x, 0) + ln(1 + e^−|x|). */
function softplus(x: Value): Value {
  return add(max(x, scalarLike(x, 0)), log(add(scalarLike(x, 1), exp(neg(abs(x))))));
}

function elu(x: Value, { alpha }: EluAttributes): Value {
  const left = mul(sub(exp(x), scalarLike(x, 1)), scalarLike(x, alpha));
  return where(greater(x, scalarLike(x, 0)), x, left);
}

function selu(x: Value, { alpha, gamma }: SeluAttributes): Value {
  return mul(elu(x, { alpha }), scalarLike(x, gamma));
}

/** 2/√π · Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), which 40 terms give to 1e-13 up to |x| = 2.5. */
function erf(x: Value): Value {
  const square = mul(x, x);
  let sum = scalarLike(x, 0);
  for (let n = 39; n >= 0; n--) sum = add(mul(sum, square), scalarLike(x, (-1) ** n / (factorial(n) * (2 * n + 1))));
  return mul(mul(sum, x), scalarLike(x, 2 / Math.sqrt(Math.PI)));
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

function hardSigmoid(x: Value, { alpha, beta }: HardSigmoidAttributes): Value {
  return clip(add(mul(x, scalarLike(x, alpha)), scalarLike(x, beta)), { min: 0, max: 1 });
}

/** The rule of one type: `form` in float64, the operation as it is in float32. */
function inFloat64<A extends object>(form: (x: Value, attributes: A) => Value): LoweringRule {
  return ([x], node) =>
    x.dtype === 'float64' ? [form(x, attributesOf<A>(node))] : x.graph.apply(node.op, [x], node.attributes);
}

/** The portable lowering, with the forms above in float64. */
export const testLowering: Lowering = {
  ...portableLowering,
  Elu: inFloat64(elu),
  Erf: inFloat64(erf),
  HardSigmoid: inFloat64(hardSigmoid),
  Selu: inFloat64(selu),
  Softplus: inFloat64(softplus),
};

export function lowerForTest(graph: Graph): Graph {
  return lower(graph, testLowering);
}
