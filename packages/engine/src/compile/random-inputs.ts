/** Declares the random inputs of a training step, in the order in which the layers ask for them. */
import { Graph, type Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { forward } from '../model/forward.js';
import type { Model } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import { cast } from '../ops/cast.js';
import { effectiveRate } from '../random/dropout-mask.js';
import type { RandomInput } from '../random/random-input.js';
import { declareBatch, modelInput } from './batch.js';

export class RandomInputs {
  readonly list: RandomInput[] = [];
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  readonly dropoutMask = (x: Value, rate: number, shape: Shape = x.shape): { mask: Value; scale: number } => {
    const stream = this.list.length;
    const input = `mask_${stream}`;
    this.list.push({ kind: 'mask', input, shape, rate, stream });
    return { mask: cast(this.#graph.input(input, 'uint8', shape), 'float32'), scale: 1 / (1 - effectiveRate(rate)) };
  };

  readonly noise = ({ shape }: Value): Value => {
    const stream = this.list.length;
    const input = `noise_${stream}`;
    this.list.push({ kind: 'noise', input, shape, stream });
    return this.#graph.input(input, 'float32', shape);
  };
}

/** The random inputs that a training step of a model has. */
export function randomInputsOf(model: Model, batchSize: number): readonly RandomInput[] {
  const graph = new Graph();
  const weights = model.parameters.map((parameter) => {
    const name = parameterName(parameter);
    return [name, graph.input(name, 'float32', parameter.shape)] as const;
  });
  const { list, dropoutMask, noise } = new RandomInputs(graph);
  const rowWeights = graph.input('weights', 'float32', [batchSize]);
  const { images } = declareBatch(graph, model, batchSize);
  const unchanged = { scale: Array(model.image.channels).fill(1), offset: Array(model.image.channels).fill(0) };
  forward(model, modelInput(model, images, unchanged), {
    parameters: new Map(weights),
    training: { rowWeights, dropoutMask, noise, setStatistic() {} },
  });
  return list;
}
