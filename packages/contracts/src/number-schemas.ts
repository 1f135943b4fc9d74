/** Kinds of numbers that trainings are made of. */
import { Type } from 'typebox';
import { Nullable } from './schema.js';

/** A learning rate, left out for `value`. */
export const LearningRate = (value: number) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, default: value }));

/** The share of an average that is kept from step to step. */
export const Decay = (value: number) => Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 1, default: value }));

/** A small number that keeps a denominator off zero. */
export const Epsilon = (value: number) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, default: value }));

/** A factor by which something grows or shrinks. */
export const Factor = (value: number, options: Record<string, unknown> = {}) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e6, default: value, ...options }));

export const Flag = (value: boolean, options: Record<string, unknown> = {}) =>
  Type.Optional(Type.Boolean({ default: value, ...options }));

/** A whole number of steps or epochs from `minimum` on. */
export const Count = (minimum: number, options: Record<string, unknown> = {}) =>
  Type.Integer({ minimum, maximum: 1_000_000_000, ...options });

/** A limit above zero; null is none. */
export const Limit = (options: Record<string, unknown> = {}) =>
  Type.Optional(Nullable(Type.Number({ exclusiveMinimum: 0, maximum: 1e9, ...options })));
