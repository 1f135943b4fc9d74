import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Activation, applyActivation } from '../../packages/engine/src/activations/activation.js';
import type { Value } from '../../packages/engine/src/graph/graph.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import { type ConvAttributes, conv } from '../../packages/engine/src/ops/conv.js';
import { type ConvTransposeAttributes, convTranspose } from '../../packages/engine/src/ops/conv-transpose.js';
import { gemm } from '../../packages/engine/src/ops/gemm.js';
import { globalAveragePool } from '../../packages/engine/src/ops/global-average-pool.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { compareWithStored, type StoredCall } from './stored-values.js';

/** What oracles/torch_operations.py stored of one call. */
interface Stored<A> extends StoredCall {
  readonly attributes: A;
}

interface StoredValues {
  readonly conv: readonly Stored<ConvAttributes>[];
  readonly conv_transpose: readonly Stored<ConvTransposeAttributes>[];
  readonly max_pool: readonly Stored<Window>[];
  readonly average_pool: readonly Stored<Window>[];
  readonly global_average_pool: readonly Stored<object>[];
  readonly linear: readonly Stored<object>[];
  readonly activation: readonly Stored<Activation>[];
}

const FILE = new URL('./oracles/torch-operations.json', import.meta.url);
const values: StoredValues = JSON.parse(readFileSync(FILE, 'utf8'));

function compare<A>(stored: Stored<A>, build: (inputs: Readonly<Record<string, Value>>, attributes: A) => Value) {
  return compareWithStored(stored, (inputs) => build(inputs, stored.attributes));
}

function named<A>(list: readonly Stored<A>[]) {
  return list.map((stored) => {
    const shapes = Object.values(stored.inputs).map(({ shape }) => `[${shape}]`);
    return { stored, name: `${JSON.stringify(stored.attributes)} of ${shapes.join(', ')}` };
  });
}

describe('output and gradients are those that PyTorch gives', () => {
  it('of operations of every kind', () => {
    for (const list of Object.values(values)) expect(list.length).toBeGreaterThan(0);
  });

  it.each(named(values.conv))('of conv $name', ({ stored }) =>
    compare(stored, ({ x, w, b }, attributes) => conv(x, w, b, attributes)),
  );

  it.each(named(values.conv_transpose))('of transposed conv $name', ({ stored }) =>
    compare(stored, ({ x, w, b }, attributes) => convTranspose(x, w, attributes, b)),
  );

  it.each(named(values.max_pool))('of max pooling $name', ({ stored }) =>
    compare(stored, ({ x }, attributes) => maxPool(x, attributes)),
  );

  it.each(named(values.average_pool))('of average pooling $name', ({ stored }) =>
    compare(stored, ({ x }, attributes) => averagePool(x, attributes)),
  );

  it.each(named(values.global_average_pool))('of global average pooling $name', ({ stored }) =>
    compare(stored, ({ x }) => globalAveragePool(x)),
  );

  it.each(named(values.linear))('of dense $name', ({ stored }) =>
    compare(stored, ({ x, kernel, bias }) => gemm(x, kernel, {}, bias)),
  );

  it.each(named(values.activation))('of the activation $name', ({ stored }) =>
    compare(stored, ({ x }, attributes) => applyActivation(attributes, x)),
  );
});
