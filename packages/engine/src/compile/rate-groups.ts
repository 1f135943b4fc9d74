/**
 * The numbers that an optimizer gets in each step, once for every learning rate that layers have: those of a layer with
 * the factor f are the optimizer's own for f times the rate, weight decay included.
 */
import type { LayerRate } from '@trainyard/contracts';
import type { Graph, Value } from '../graph/graph.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';
import { layersMatching } from '../spec/layer-pattern.js';

/** The factor of each layer that has one of its own: where several patterns fit, that of the last. */
export function rateFactors(rates: readonly LayerRate[], layers: readonly string[]): Map<string, number> {
  const factors = new Map<string, number>();
  for (const { layers: pattern, factor } of rates) {
    for (const layer of layersMatching(pattern, layers)) factors.set(layer, factor);
  }
  return factors;
}

export class RateGroups {
  /** Of all groups. */
  readonly scalars: readonly string[];
  readonly #rule: OptimizerRule;
  readonly #factors: ReadonlyMap<string, number>;
  /** Layers without a factor are the first group, so that without factors the names are the optimizer's own. */
  readonly #groups: readonly number[];

  constructor(rule: OptimizerRule, factors: ReadonlyMap<string, number>) {
    this.#rule = rule;
    this.#factors = factors;
    this.#groups = [1, ...new Set([...factors.values()].filter((factor) => factor !== 1))];
    this.scalars = this.#groups.flatMap((_, group) => rule.scalars.map((name) => nameOf(name, group)));
  }

  /** In float64, for a step counted from 1. */
  values(step: number, learningRate: number): Record<string, number> {
    const values: Record<string, number> = {};
    for (const [group, factor] of this.#groups.entries()) {
      const own = this.#rule.scalarValues(step, learningRate * factor);
      for (const name of this.#rule.scalars) values[nameOf(name, group)] = own[name];
    }
    return values;
  }

  /** Adds an input for each scalar; gives the rule's scalars for a layer, by the rule's names. */
  declare(graph: Graph): (layer: string) => Record<string, Value> {
    const inputs = new Map(this.scalars.map((name) => [name, graph.input(name, 'float32', [])]));
    const own = this.#groups.map((_, group) =>
      Object.fromEntries(
        this.#rule.scalars.flatMap((name) => {
          const value = inputs.get(nameOf(name, group));
          return value ? [[name, value]] : [];
        }),
      ),
    );
    return (layer) => own[this.#groups.indexOf(this.#factors.get(layer) ?? 1)];
  }
}

function nameOf(scalar: string, group: number): string {
  return group === 0 ? scalar : `${scalar}/${group}`;
}
