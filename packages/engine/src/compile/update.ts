/** What follows the loss in a training step: gradients, clipping, the optimizer's rule, constraints and averages. */
import { gradients } from '../autodiff/gradients.js';
import { constrain } from '../constraints/constraint.js';
import type { Graph, Value } from '../graph/graph.js';
import type { ModelParameter } from '../model/model.js';
import { averageWeight } from '../optimizers/average.js';
import { clipByGlobalNorm, clipByValue } from '../optimizers/clipping.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';
import { type Keep, keepWhere, type LossScale } from './loss-scale.js';
import type { WeightState } from './state.js';

export interface UpdateOptions {
  readonly rule: OptimizerRule;
  /** What the host computes for each step, by the layer that it is for. */
  readonly scalars: (layer: string) => Readonly<Record<string, Value>>;
  /** Largest norm over all gradients together. */
  readonly clipNorm: number | null;
  /** Largest magnitude of any gradient; applied before the norm. */
  readonly clipValue: number | null;
  /** Decay of the averaged weights; null where none are kept. */
  readonly averageDecay: number | null;
  /** Those whose update comes later, of several at once: the graph gives their gradients. */
  readonly packed: ReadonlySet<WeightState>;
  /** Where gradients pass through float16: a step that has one which is not finite changes nothing then. */
  readonly lossScale: LossScale | null;
}

/** Under which name a graph with a scaled loss gives whether all gradients are finite, for those whose update comes later. */
export const ALL_FINITE = 'gradient/all_finite';

/** Under which name a graph gives a gradient. Names of weights have one slash, those of slots other first words. */
export function gradientName(weight: string): string {
  return `gradient/${weight}`;
}

/** Adds an output for every state tensor that is not packed. `statistics` are the next values of parameters that are not trained. */
export function updateState(
  graph: Graph,
  state: readonly WeightState[],
  loss: Value,
  statistics: ReadonlyMap<string, Value>,
  options: UpdateOptions,
): void {
  const trained = state.filter(({ parameter }) => parameter.trainable !== false);
  const { lossScale } = options;
  const raw = gradientsOf(lossScale ? lossScale.scaled(loss) : loss, trained);
  const found = lossScale ? lossScale.unscaled(raw) : raw;
  const areFinite = lossScale ? lossScale.follow(found) : null;
  const keep = keepWhere(areFinite);
  if (areFinite && options.packed.size > 0) graph.output(ALL_FINITE, areFinite);
  const steps = clip(found, options);
  trained.forEach((entry, i) => {
    if (options.packed.has(entry)) graph.output(gradientName(entry.weight.tensor.name), steps[i]);
    else updateWeight(graph, entry, steps[i], options, keep);
  });
  for (const { parameter, weight } of state) {
    if (parameter.trainable !== false) continue;
    const next = statistics.get(weight.tensor.name);
    graph.output(weight.tensor.output, next ? keep(next, weight.value) : weight.value);
  }
}

function gradientsOf(loss: Value, trained: readonly WeightState[]): Value[] {
  const found = gradients(
    loss,
    trained.map(({ weight }) => weight.value),
  );
  return found.map((gradient, i) => {
    if (!gradient) throw new Error(`the loss does not depend on ${trained[i].weight.tensor.name}`);
    return gradient;
  });
}

function clip(found: readonly Value[], { clipNorm, clipValue }: UpdateOptions): readonly Value[] {
  const bounded = clipValue === null ? found : clipByValue(found, clipValue);
  return clipNorm === null || bounded.length === 0 ? bounded : clipByGlobalNorm(bounded, clipNorm);
}

function updateWeight(graph: Graph, entry: WeightState, gradient: Value, options: UpdateOptions, keep: Keep): void {
  const { weight, slots, average, parameter } = entry;
  const before = Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.value]));
  const scalars = options.scalars(parameter.layer);
  const after = options.rule.update({ weight: weight.value, gradient, slots: before, scalars });
  const next = keep(bound(parameter, after.weight), weight.value);
  graph.output(weight.tensor.output, next);
  for (const [name, slot] of Object.entries(slots)) {
    graph.output(slot.tensor.output, keep(after.slots[name], slot.value));
  }
  if (average && options.averageDecay !== null) {
    const mean = averageWeight(average.value, next, options.averageDecay);
    graph.output(average.tensor.output, keep(mean, average.value));
  }
}

function bound({ constraint, shape, kerasAxes }: ModelParameter, weight: Value): Value {
  return constraint ? constrain(constraint, weight, kerasAxes ?? shape.map((_, axis) => axis)) : weight;
}
