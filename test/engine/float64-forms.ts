// Operations that onnxruntime's CPU build has in float32 alone, written for float64 with those that it has in both, so
// that finite differences can check their gradient rules. What the float32 kernels give is compared with PyTorch.
import type { Graph, Value } from '../../packages/engine/src/graph/graph.js';
import { type LoweringRule, lower } from '../../packages/engine/src/lowering/lower.js';
import { portableLowering } from '../../packages/engine/src/lowering/portable/index.js';
import { abs } from '../../packages/engine/src/ops/abs.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { scalarLike } from '../../packages/engine/src/ops/elementwise.js';
import { exp } from '../../packages/engine/src/ops/exp.js';
import { log } from '../../packages/engine/src/ops/log.js';
import { max } from '../../packages/engine/src/ops/max.js';
import { neg } from '../../packages/engine/src/ops/neg.js';

/** max(x, 0) + ln(1 + e^−|x|). */
function softplus(x: Value): Value {
  return add(max(x, scalarLike(x, 0)), log(add(scalarLike(x, 1), exp(neg(abs(x))))));
}

const FORMS: Readonly<Record<string, (x: Value, attributes: object) => Value>> = {
  Softplus: softplus,
};

const rules = Object.entries(FORMS).map(([type, form]): [string, LoweringRule] => [
  type,
  ([x], { op, attributes }) => (x.dtype === 'float64' ? [form(x, attributes)] : x.graph.apply(op, [x], attributes)),
]);

/** The portable lowering, with the forms above in float64. */
export const testLowering = { ...portableLowering, ...Object.fromEntries(rules) };

export function lowerForTest(graph: Graph): Graph {
  return lower(graph, testLowering);
}
