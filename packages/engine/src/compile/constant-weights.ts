/** Trained weights as constants of a graph. */
import type { Graph, Value } from '../graph/graph.js';
import type { ModelParameter } from '../model/model.js';
import { parameterName } from '../model/parameters.js';

/** @param values by the parameters' names, in their shapes. Throws where one is missing. */
export function constantWeights(
  graph: Graph,
  parameters: readonly ModelParameter[],
  values: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Value> {
  return new Map(
    parameters.map((parameter) => {
      const name = parameterName(parameter);
      const found = values.get(name);
      if (!found) throw new Error(`the weights lack ${name}`);
      return [name, graph.constant('float32', parameter.shape, found, name)];
    }),
  );
}
