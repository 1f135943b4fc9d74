/** The learning rate is multiplied with a factor after some epochs: PyTorch's StepLR and MultiStepLR. */
import type { ScheduleDefinition, ScheduleOf } from './schedule.js';

export const step: ScheduleDefinition<ScheduleOf<'step'>> = {
  rateAfter: ({ step_epochs, boundaries, factor }, { learningRate, stepsPerEpoch }) => {
    return (done) => {
      const epochs = Math.floor(done / stepsPerEpoch);
      const falls = boundaries
        ? boundaries.filter((boundary) => boundary <= epochs).length
        : Math.floor(epochs / (step_epochs ?? 1));
      return learningRate * factor ** falls;
    };
  },
};
