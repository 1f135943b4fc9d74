/** Names and initial values of a model's weights. */
import { initialValues } from '../initializers/initializer.js';
import type { Model, ModelParameter } from './model.js';

export function parameterName({ layer, name }: Pick<ModelParameter, 'layer' | 'name'>): string {
  return `${layer}/${name}`;
}

/** Initial weights, by name: a function of the model and the seed. */
export function initialParameters(model: Model, seed: number): Map<string, Float32Array<ArrayBuffer>> {
  return new Map(
    model.parameters.map((parameter, place) => {
      const { initializer, shape, fan } = parameter;
      return [parameterName(parameter), initialValues(initializer, shape, fan, seed, place)];
    }),
  );
}
