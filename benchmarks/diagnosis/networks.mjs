// The networks that faults are planted in, and those that have none.

/** @typedef {{ readonly type: string, readonly [argument: string]: unknown }} Layer */

/** @type {Layer} */
export const output = { type: 'dense', units: 'classes', activation: 'softmax' };
/** @type {Layer} */
export const flatten = { type: 'flatten' };
/** @type {Layer} */
export const pool = { type: 'max_pooling2d' };

/** @param {number} filters @param {Record<string, unknown>} [rest] @returns {Layer} */
export const conv = (filters, rest = {}) => ({
  type: 'conv2d',
  filters,
  kernel_size: 3,
  padding: 'same',
  activation: 'relu',
  ...rest,
});

/** @param {number} units @param {Record<string, unknown>} [rest] @returns {Layer} */
export const dense = (units, rest = {}) => ({ type: 'dense', units, activation: 'relu', ...rest });

/** @param {number} rate @returns {Layer} */
export const dropout = (rate) => ({ type: 'dropout', rate });

/** Two convolutions, as in the course. @param {Record<string, unknown>} [rest] Of each layer that has weights, but for the last @returns {Layer[]} */
export const cnn = (rest = {}) => [conv(8, rest), pool, conv(16, rest), pool, flatten, dense(32, rest), output];

/** @param {number} depth @param {number} units @param {Record<string, unknown>} rest @returns {Layer[]} */
export const deep = (depth, units, rest) => [
  flatten,
  ...Array.from({ length: depth }, () => dense(units, rest)),
  output,
];
