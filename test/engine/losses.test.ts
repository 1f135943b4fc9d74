import { readFileSync } from 'node:fs';
import type { Loss } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { lossFor } from '../../packages/engine/src/losses/index.js';
import type { Head } from '../../packages/engine/src/model/head.js';
import { lossGraph } from './loss-graph.js';
import { openGraph } from './session.js';

/** What oracles/torch_losses.py stored of one loss. */
interface Stored {
  readonly loss: Loss;
  readonly head: Head;
  readonly label_smoothing: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly seed: readonly number[];
  readonly rows: readonly number[];
  readonly gradient: readonly number[];
}

const FILE = new URL('./oracles/torch-losses.json', import.meta.url);
const stored: { readonly rows: number; readonly cases: readonly Stored[] } = JSON.parse(readFileSync(FILE, 'utf8'));

/** Of each number by itself, not of the largest. */
const RELATIVE = 1e-5;
/** What float32 rounding near 1 leaves of a number that should be 0, as of the loss of a row that is surely right. */
const ABSOLUTE = 2e-7;

function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((number, i) => {
    const error = Math.abs(actual[i] - number);
    expect(error, `${what} ${i}: ${actual[i]} for ${number}`).toBeLessThanOrEqual(
      ABSOLUTE + RELATIVE * Math.abs(number),
    );
  });
}

const named = stored.cases.map((subject) => {
  const { loss, head, label_smoothing } = subject;
  const smoothing = label_smoothing > 0 ? `, smoothed by ${label_smoothing}` : '';
  return { subject, name: `${JSON.stringify(loss)} of ${head.task} with ${head.activation}${smoothing}` };
});

describe('losses and their gradients are those that PyTorch gives', () => {
  it.each(named)('$name', async ({ subject }) => {
    const { loss, head, label_smoothing } = subject;
    const { graph, logits, rows } = lossGraph(loss, head, stored.rows, label_smoothing);
    const seed = graph.input('seed', 'float32', rows.shape);
    const [gradient] = gradients(rows, [logits], seed);
    if (!gradient) throw new Error('the loss does not depend on the logits');
    graph.output('rows', rows);
    graph.output('gradient', gradient);
    const session = await openGraph(graph);
    const results = await session.run({ logits: subject.logits, labels: subject.labels, seed: subject.seed });
    await session.release();
    expect(lossFor(loss).mismatch(head)).toBeNull();
    expect(results.rows.shape).toEqual([stored.rows]);
    expectClose(results.rows.data, subject.rows, 'row');
    expectClose(results.gradient.data, subject.gradient, 'gradient');
  });
});
