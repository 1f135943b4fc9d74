/** Declares the random inputs of a training step, in the order in which the layers ask for them. */
import type { Graph, Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { cast } from '../ops/cast.js';
import { effectiveRate } from '../random/dropout-mask.js';
import type { RandomInput } from '../random/random-input.js';

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
