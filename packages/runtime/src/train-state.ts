/** What a run of a training step changes: weights, running statistics, the optimizer's slots, averaged weights. */
import { type StateTensor, storedPlaces, storedShape } from '@trainyard/engine';
import { elements } from './preparation/batches.js';
import { type Feeds, float32Tensor, type TensorValue } from './session.js';

export interface CarriedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** One input of the step, with the output that takes its place. */
interface Held {
  output: string;
  shape: readonly number[];
  data: Float32Array;
  /** Whether a run gave it: then nobody else has it. */
  isOfRun: boolean;
}

export class TrainState {
  readonly #tensors: readonly StateTensor[];
  readonly #carried: readonly CarriedTensor[];
  /** Copies in the plain order, as far as they were asked for since the last run. */
  readonly #values = new Map<string, Float32Array>();
  /** What the step takes, by input. */
  readonly #inputs = new Map<string, Held>();
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
      if (tensor.layout) this.#places.set(tensor.name, storedPlaces(tensor.layout));
      this.#store(tensor, value);
    }
  }

  feeds(): Feeds {
    return Object.fromEntries([...this.#inputs].map(([input, { data, shape }]) => [input, float32Tensor(data, shape)]));
  }

  get outputs(): string[] {
    return [...this.#inputs.values()].map(({ output }) => output);
  }

  /** Takes over what a run gave. Answers what nobody needs any more: what a run before it gave. */
  advance(results: Readonly<Record<string, TensorValue>>): Float32Array[] {
    const outlived: Float32Array[] = [];
    for (const [input, before] of this.#inputs) {
      const { output, shape } = before;
      const result = results[output];
      if (result?.dtype !== 'float32')
        throw new TypeError(`Output ${output}: expected float32. Received: ${result?.dtype}`);
      if (before.isOfRun) outlived.push(before.data);
      this.#inputs.set(input, { output, shape, data: result.data, isOfRun: true });
    }
    for (const { name } of this.#tensors) this.#values.delete(name);
    return outlived;
  }

  value(name: string): Float32Array {
    const value = this.#values.get(name) ?? this.#read(name);
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

  /** Puts a tensor's first value where the step takes it from. */
  #store({ name, input, output, shape, layout, packed }: StateTensor, value: Float32Array): void {
    const places = this.#places.get(name);
    const stored = places ? Float32Array.from(places, (place) => (place < 0 ? 0 : value[place])) : value;
    if (!packed) {
      const held = { output, shape: layout ? storedShape(layout) : shape, data: stored, isOfRun: false };
      this.#inputs.set(input, held);
      return;
    }
    const known = this.#inputs.get(input);
    const { data } = known ?? { data: new Float32Array(packed.size) };
    if (!known) this.#inputs.set(input, { output, shape: [packed.size], data, isOfRun: false });
    data.set(stored, packed.offset);
  }

  /** In the plain order, out of what the last run gave. */
  #read(name: string): Float32Array | undefined {
    const tensor = this.#tensors.find((candidate) => candidate.name === name);
    const data = tensor && this.#inputs.get(tensor.input)?.data;
    if (!tensor || !data) return undefined;
    const size = elements(tensor);
    const places = this.#places.get(name);
    const from = tensor.packed?.offset ?? 0;
    const value = places ? new Float32Array(size) : data.slice(from, from + size);
    places?.forEach((place, i) => {
      if (place >= 0) value[place] = data[from + i];
    });
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
