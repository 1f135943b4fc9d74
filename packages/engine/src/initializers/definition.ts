/** What the engine knows of one kind of initialiser. */
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import type { StreamKey } from '../random/counter.js';

/** Numbers of connections into and out of one unit, which the scaled initialisers depend on. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/** The weight whose values are wanted, and the stream that they are drawn from. */
export interface Place {
  readonly shape: Shape;
  readonly fan: Fan;
  readonly key: StreamKey;
}

export type Values = Float32Array<ArrayBuffer>;

/** A method, so that kinds with different arguments fit in one record. */
export interface InitializerDefinition<S extends TObject = TObject> {
  /** Keras' name and arguments. */
  readonly arguments: S;
  values(initializer: Static<S>, place: Place): Values;
}

/** The schema of an initialiser's arguments. */
export function Arguments<const T extends string, P extends TProperties>(type: T, properties: P) {
  return Type.Object({ type: Type.Literal(type), ...properties }, { additionalProperties: false });
}

/** The job's seed, where it is left out. */
export const Seed = Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff }));

/** The number at one index of a stream. */
export type Sampler = (key: StreamKey, index: number) => number;

/** A sample for each element. */
export function draw(sampler: Sampler, { shape, key }: Place): Values {
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => sampler(key, i));
}
