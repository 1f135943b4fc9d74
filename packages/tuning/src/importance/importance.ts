/** How much each parameter matters to the objective: what functional ANOVA says of a random forest, as in Optuna. */
import type { Parameter } from '../space/parameter.js';
import { explainedShares } from './fanova.js';
import { forestOf } from './forest.js';
import { type Outcome, toUnitCube } from './unit-cube.js';

export interface Importances {
  /** Share of the variance that single parameters explain; the rest is of several together. */
  readonly explained: number;
  /** They add up to 1, most important first; none where there is no variance. */
  readonly importances: readonly { readonly parameter: string; readonly importance: number }[];
}

/** Two trials at least, with different values, say anything at all. */
export function parameterImportances(parameters: readonly Parameter[], outcomes: readonly Outcome[]): Importances {
  if (outcomes.length < 2) return { explained: 0, importances: [] };
  const rows = toUnitCube(parameters, outcomes);
  const values = outcomes.map(({ value }) => value);
  const shares = forestOf(rows, values).flatMap((boxes) => {
    const ofTree = explainedShares(boxes);
    return ofTree === null ? [] : [ofTree];
  });
  if (shares.length === 0) return { explained: 0, importances: [] };
  const means = parameters.map((_, k) => shares.reduce((sum, ofTree) => sum + ofTree[k], 0) / shares.length);
  const total = means.reduce((sum, mean) => sum + mean, 0);
  const importances = parameters.map(({ pointer }, k) => ({
    parameter: pointer,
    importance: total > 0 ? means[k] / total : 0,
  }));
  return { explained: Math.min(1, total), importances: importances.sort((a, b) => b.importance - a.importance) };
}
