/** What a run of a training step changes: weights, running statistics, the optimizer's slots, averaged weights. */
import { type StateTensor, storedPlaces, storedShape } from '@trainyard/engine';
import { elements } from './batches.js';
import { type Feeds, float32Tensor, type TensorValue } from './session.js';

export interface CarriedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export class TrainState {
  readonly #tensors: readonly StateTensor[];
  readonly #carried: readonly CarriedTensor[];
  /** In the plain order; after a run until they are asked for again only those that the step has in it. */
  readonly #values = new Map<string, Float32Array>();
  /** As the step takes them, where that is another order. */
  readonly #stored = new Map<string, Float32Array>();
  readonly #places = new Map<string, Int32Array>();

  /**
   * `initial` holds the model's weights by name, and the other tensors where the training goes on. `carried` are weights that
   * no step of it takes in: they are kept as they are, so that a checkpoint holds the whole model.
   */
  constructor(
    tensors: readonly StateTensor[],
    initial: ReadonlyMap<string, Float32Array>,
    carried: readonly CarriedTensor[] = [],
  ) {
    this.#tensors = tensors;
    this.#carried = carried;
    for (const { name, shape } of carried) this.#values.set(name, sized(name, shape, initial.get(name)));
    for (const tensor of tensors) {
      const value = this.#initialValue(tensor, initial);
      this.#values.set(tensor.name, value);
      if (!tensor.layout) continue;
      const places = storedPlaces(tensor.layout);
      this.#places.set(tensor.name, places);
      this.#stored.set(
        tensor.name,
        Float32Array.from(places, (place) => (place < 0 ? 0 : value[place])),
      );
    }
  }

  feeds(): Feeds {
    return Object.fromEntries(
      this.#tensors.map(({ name, input, shape, layout }) => [
        input,
        layout
          ? float32Tensor(this.#stored.get(name) ?? this.value(name), storedShape(layout))
          : float32Tensor(this.value(name), shape),
      ]),
    );
  }

  get outputs(): string[] {
    return this.#tensors.map((tensor) => tensor.output);
  }

  /** Takes over what a run gave. */
  advance(results: Readonly<Record<string, TensorValue>>): void {
    for (const { name, output, layout } of this.#tensors) {
      const result = results[output];
      if (result?.dtype !== 'float32')
        throw new TypeError(`Output ${output}: expected float32. Received: ${result?.dtype}`);
      if (layout) {
        this.#stored.set(name, result.data);
        this.#values.delete(name);
      } else {
        this.#values.set(name, result.data);
      }
    }
  }

  value(name: string): Float32Array {
    const value = this.#values.get(name) ?? this.#plain(name);
    if (!value) throw new RangeError(`The training has no tensor ${name}`);
    return value;
  }

  /** All of it by name. */
  tensors(): Map<string, { shape: readonly number[]; data: Float32Array }> {
    return new Map(
      [...this.#carried, ...this.#tensors].map(({ name, shape }) => [name, { shape, data: this.value(name) }]),
    );
  }

  get values(): ReadonlyMap<string, Float32Array> {
    for (const { name } of this.#tensors) this.value(name);
    return this.#values;
  }

  #plain(name: string): Float32Array | undefined {
    const stored = this.#stored.get(name);
    const places = this.#places.get(name);
    if (!stored || !places) return undefined;
    const value = new Float32Array(places.reduce((count, place) => (place < 0 ? count : count + 1), 0));
    for (let i = 0; i < places.length; i++) if (places[i] >= 0) value[places[i]] = stored[i];
    this.#values.set(name, value);
    return value;
  }

  #initialValue(tensor: StateTensor, initial: ReadonlyMap<string, Float32Array>): Float32Array {
    const size = elements(tensor);
    const value = initial.get(tensor.name);
    if (value?.length === size) return value;
    if (value === undefined && typeof tensor.start === 'number') return new Float32Array(size).fill(tensor.start);
    if (value === undefined && typeof tensor.start === 'object') return this.value(tensor.start.copyOf);
    throw new RangeError(`Tensor ${tensor.name}: expected ${size} elements. Received: ${value?.length ?? 'none'}`);
  }
}

function sized(name: string, shape: readonly number[], value: Float32Array | undefined): Float32Array {
  const size = elements({ shape });
  if (value?.length === size) return value;
  throw new RangeError(`Tensor ${name}: expected ${size} elements. Received: ${value?.length ?? 'none'}`);
}
