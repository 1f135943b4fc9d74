import { toErrorRecord } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { DivergedError, refuseLosses, refuseTensors, refuseTest, refuseValidation } from './divergence.js';

const sound = new Map([['conv/kernel', Float32Array.of(1, -2)]]);
const broken = new Map([...sound, ['dense/bias', Float32Array.of(0, Number.NaN)]]);

const runOf = (...losses: number[]) => ({
  firstStep: 21,
  seconds: 1,
  steps: losses.map((loss) => ({
    loss,
    predictions: new Float32Array(0),
    labels: new Int32Array(0),
    rows: 0,
  })),
});

describe('what is no divergence', () => {
  it('is any number, however large', () => {
    expect(() => refuseLosses(runOf(1e30, 0, -1), 3, () => broken)).not.toThrow();
    expect(() => refuseValidation(3e38, 3, 30, broken)).not.toThrow();
    expect(() => refuseTensors(3, 30, sound)).not.toThrow();
    for (const test of [null, { loss: 2 }]) expect(() => refuseTest(test)).not.toThrow();
  });
});

describe('a divergence', () => {
  it('is found at the first step whose loss is no number, and names the layer', () => {
    const refuse = () => refuseLosses(runOf(1, Number.NaN, Number.NaN), 3, () => broken);
    expect(refuse).toThrow(/epoch 3, step 22; of the layers, dense is the first/);
    expect(refuse).toThrow(expect.objectContaining({ step: 22 }));
    expect(() => refuseLosses(runOf(Number.POSITIVE_INFINITY), 3, () => sound)).toThrow(
      /at epoch 3, step 21\. Use a lower/,
    );
  });

  it('is found in a validation, a state and a test', () => {
    expect(() => refuseValidation(Number.NaN, 3, 30, sound)).toThrow(
      /on the validation split in epoch 3, after step 30/,
    );
    expect(() => refuseTensors(3, 30, broken)).toThrow(/The layer dense holds .* in epoch 3, after step 30/);
    expect(() => refuseTest({ loss: Number.POSITIVE_INFINITY })).toThrow(/on the test split/);
  });

  it('says that the training had gone back before, and is an error of the job', () => {
    const rollback = { at_step: 40, to_step: 20, epoch: 2, rate_factor: 0.5, reason: '' };
    const error = new DivergedError('The loss is no longer a number', 31).after(rollback);
    expect(toErrorRecord(error)).toEqual({
      code: 'training_diverged',
      message: expect.stringMatching(
        /^The loss is no longer a number, though .* step 20 and on with 0\.5 of the .* Use/,
      ),
    });
    expect(error.step).toBe(31);
  });
});
