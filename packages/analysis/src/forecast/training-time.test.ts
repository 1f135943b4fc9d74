import { describe, expect, it } from 'vitest';
import { type TrainingAmounts, type TrainingCosts, trainingTime } from './training-time.js';

const costs: TrainingCosts = {
  prepare: 2,
  pack: 1,
  phases: [{ epochs: 10, extra: 0.5, stepInRun: 0.01, singleStep: 0.02 }],
  evaluationBatch: 0.03,
  testBatch: null,
  checkpoint: 0.1,
  finish: 0.2,
};
const amounts: TrainingAmounts = {
  stepsPerEpoch: 100,
  stepsPerRun: 16,
  evaluationBatchSize: 64,
  images: { train: 3200, validation: 640, test: 65 },
  checkpointEpochs: 3,
  checkpointSeconds: 30,
  budget: null,
};

describe('trainingTime', () => {
  it('adds up what each part takes', () => {
    const time = trainingTime(costs, amounts);
    // 6 runs of 16 steps and 4 single steps; 10 batches of validation; 2 of the test.
    const epoch = 96 * 0.01 + 4 * 0.02;
    expect(time.epoch).toBeCloseTo(epoch + 10 * 0.03, 10);
    expect(time.train).toBeCloseTo(0.5 + 10 * epoch, 10);
    expect(time.test).toBeCloseTo(2 * 0.03 + 0.2, 10);
    expect(time.checkpoints).toBeCloseTo(4 * 0.1, 10);
    expect(time.total).toBeCloseTo(2 + 1 + time.train + 3 + 0.4 + time.test, 10);
  });

  it('ends the steps with the budget, not the test', () => {
    const { total, test } = trainingTime(costs, { ...amounts, budget: 4 });
    expect(total).toBeCloseTo(3 + 4 + test, 10);
  });

  it('writes checkpoints within long epochs', () => {
    const phases = [{ epochs: 10, extra: 0, stepInRun: 1, singleStep: 1 }];
    const slow = { ...costs, phases, evaluationBatch: 0 };
    // 100 s an epoch: 3 within each, and those after the epochs 3, 6, 9 and 10.
    expect(trainingTime(slow, amounts).checkpoints).toBeCloseTo((10 * 3 + 4) * 0.1, 10);
  });

  it('takes an image that is looked at for a third of one that is trained on, where that was not measured', () => {
    const phases = [{ epochs: 10, extra: 0, stepInRun: 0.01, singleStep: null }];
    const { validation } = trainingTime({ ...costs, phases, evaluationBatch: null }, amounts);
    expect(validation).toBeCloseTo((10 * 640 * (100 * 0.01)) / 3200 / 3, 10);
  });

  it('adds up phases, the test once', () => {
    const [phase] = costs.phases;
    const halves = [
      { ...phase, epochs: 4, extra: 0.5 },
      { ...phase, epochs: 6, extra: 0 },
    ];
    expect(trainingTime({ ...costs, phases: halves }, amounts).total).toBeCloseTo(
      trainingTime(costs, amounts).total,
      10,
    );
  });
});
