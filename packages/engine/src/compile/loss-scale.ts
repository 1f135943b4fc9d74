/**
 * Dynamic loss scaling, for gradients that pass through float16 (Micikevicius et al., 2018, section 3.2,
 * https://arxiv.org/abs/1710.03740): the loss is multiplied by a scale and the gradients are divided by it, so that small ones
 * are not lost. The rule of the scale is that of Keras' `LossScaleOptimizer`: a step with a gradient that is not finite
 * changes nothing and halves the scale; 2,000 good steps in a row double it.
 */
import type { Graph, Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { equal } from '../ops/equal.js';
import { greater } from '../ops/greater.js';
import { max } from '../ops/max.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { where } from '../ops/where.js';
import type { StateEntry } from './state.js';

const FIRST_SCALE = 2 ** 15;
const GROWTH_STEPS = 2000;
const FACTOR = 2;
const LOWEST_SCALE = 1;

export class LossScale {
  /** What is carried from step to step beside the weights. */
  readonly state: readonly StateEntry[];
  readonly #graph: Graph;
  readonly #scale: StateEntry;
  readonly #goodSteps: StateEntry;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#scale = declare(graph, 'optimizer/loss_scale', FIRST_SCALE);
    this.#goodSteps = declare(graph, 'optimizer/loss_scale_good_steps', 0);
    this.state = [this.#scale, this.#goodSteps];
  }

  /** What is to be differentiated in place of the loss. */
  scaled(loss: Value): Value {
    return mul(loss, this.#scale.value);
  }

  /** The gradients of the loss itself. */
  unscaled(gradients: readonly Value[]): Value[] {
    const factor = div(this.#graph.scalar(1), this.#scale.value);
    return gradients.map((gradient) => mul(gradient, factor));
  }

  /** Whether every number of the gradients is finite, bool []; and the outputs of the scale that follow from it. */
  follow(gradients: readonly Value[]): Value {
    const allFinite = finite(this.#graph, gradients);
    const scale = this.#scale.value;
    const scalar = (number: number) => this.#graph.scalar(number);
    const good = add(this.#goodSteps.value, scalar(1));
    const grows = greater(good, scalar(GROWTH_STEPS - 0.5));
    const larger = where(grows, mul(scale, scalar(FACTOR)), scale);
    const smaller = max(div(scale, scalar(FACTOR)), scalar(LOWEST_SCALE));
    this.#graph.output(this.#scale.tensor.output, where(allFinite, larger, smaller));
    const next = where(grows, scalar(0), good);
    this.#graph.output(this.#goodSteps.tensor.output, where(allFinite, next, scalar(0)));
    return allFinite;
  }
}

/** What a tensor holds after the step, of what it would and what it held. */
export type Keep = (next: Value, before: Value) => Value;

/** @param areFinite bool []; null where every step counts */
export function keepWhere(areFinite: Value | null): Keep {
  return (next, before) => (areFinite ? where(areFinite, next, before) : next);
}

function declare(graph: Graph, name: string, start: number): StateEntry {
  return {
    value: graph.input(name, 'float32', []),
    tensor: { name, input: name, output: `${name}:next`, shape: [], role: 'slot', start },
  };
}

/** 0 · g is 0 for a finite number and NaN for any other. */
function finite(graph: Graph, gradients: readonly Value[]): Value {
  const zero = graph.scalar(0);
  const sums = gradients.map((gradient) =>
    reduceSum(
      mul(gradient, zero),
      gradient.shape.map((_, axis) => axis),
    ),
  );
  return equal(
    sums.reduce((sum, other) => add(sum, other), zero),
    zero,
  );
}
