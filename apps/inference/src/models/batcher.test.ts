import type { PredictInput } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { GroupOutcome } from '../frames/groups.js';
import { Batcher, type PredictOptions } from './batcher.js';

const pixels = (count = 1): PredictInput => ({ kind: 'pixels', parts: [new Uint8Array(count)], count });
const file: PredictInput = { kind: 'image', parts: [new Uint8Array(1)] };

/** A batcher whose groups are answered by the test: each image with the number of its group. */
function openBatcher({ isOpen = true } = {}) {
  const groups: { inputs: readonly PredictInput[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const batcher = new Batcher({
    task: () => 'multiclass',
    run: (inputs) =>
      new Promise<GroupOutcome>((resolve, reject) => {
        const number = groups.length;
        const results = inputs.map(({ count = 1 }) => ({
          images: count,
          outputs: new Float32Array(count).fill(number),
        }));
        groups.push({
          inputs,
          answer: () => resolve({ preprocess_ms: 0, compute_ms: 1, results }),
          fail: reject,
        });
      }),
    onGroup: () => {},
    onAnswer: () => {},
    onRefused: () => {},
  });
  if (isOpen) batcher.open(32);
  const add = (input: PredictInput, options: PredictOptions = {}) => batcher.add(input, options, performance.now());
  return { batcher, groups, add };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const sizes = (groups: { inputs: readonly unknown[] }[]) => groups.map(({ inputs }) => inputs.length);

describe('a batcher', () => {
  it('puts together what arrives in one turn of the event loop, and answers each in its place', async () => {
    const { groups, add } = openBatcher();
    const answers = [add(pixels(2)), add(pixels(3))];
    await turn();
    expect(sizes(groups)).toEqual([2]);
    groups[0].answer();
    const [first, second] = await Promise.all(answers);
    expect([first.images, second.images, first.batch]).toEqual([2, 3, 5]);
  });

  it('gathers pixels while a group computes, and sends a second one only when a batch is full', async () => {
    const { groups, add } = openBatcher();
    const answers = [add(pixels())];
    await turn();
    for (let request = 0; request < 31; request++) answers.push(add(pixels()));
    await turn();
    expect(sizes(groups)).toEqual([1]);
    answers.push(add(pixels()), add(pixels()));
    await turn();
    expect(sizes(groups)).toEqual([1, 32]);
    groups[0].answer();
    groups[1].answer();
    await turn();
    expect(sizes(groups)).toEqual([1, 32, 1]);
    groups[2].answer();
    expect(await Promise.all(answers)).toHaveLength(34);
  });

  it('sends files behind a group that computes, since they are decoded meanwhile', async () => {
    const { groups, add } = openBatcher();
    const answers = [add(file)];
    await turn();
    answers.push(add(file));
    await turn();
    answers.push(add(file));
    await turn();
    expect(sizes(groups)).toEqual([1, 1]);
    for (const { answer } of groups) answer();
    await turn();
    groups[2].answer();
    expect(await Promise.all(answers)).toHaveLength(3);
  });

  it('drops a request whose client has gone before its turn', async () => {
    const { groups, add } = openBatcher();
    const [stays, goes] = [add(pixels()), add(pixels(), { isGone: () => true })];
    await expect(goes).rejects.toThrow('went away');
    expect(sizes(groups)).toEqual([1]);
    groups[0].answer();
    expect((await stays).images).toBe(1);
  });

  it('keeps what waits when the process ends, and fails what it had', async () => {
    const { batcher, groups, add } = openBatcher();
    const lost = add(pixels());
    await turn();
    const kept = add(pixels());
    batcher.pause();
    groups[0].fail(new Error('ended'));
    await expect(lost).rejects.toThrow('ended');
    await turn();
    expect(groups).toHaveLength(1);
    batcher.open(32);
    await turn();
    groups[1].answer();
    expect((await kept).outputs[0]).toBe(1);
  });

  it('refuses more than may wait, and what may not wait at all', async () => {
    const { batcher, add } = openBatcher({ isOpen: false });
    const waiting = Array.from({ length: 256 }, () => add(pixels()));
    await expect(add(pixels())).rejects.toMatchObject({ code: 'overloaded' });
    await expect(add(pixels(), { background: true })).rejects.toMatchObject({ code: 'overloaded' });
    batcher.refuseAll(new Error('over'));
    const ended = await Promise.allSettled(waiting);
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(batcher.isBusy).toBe(false);
  });
});
