/** How long a training takes: what its parts cost, as they were measured, times how often each comes. */

/** What an image costs that is only looked at, as a part of what one costs that is trained on. */
const EVALUATION_SHARE = 1 / 3;

/** Seconds that one of each takes. */
export interface TrainingCosts {
  /** From the worker's first move to the first step: the process, the data, compiling. */
  prepare: number;
  /** Until the images are packed in the model's size; 0 where they are. */
  pack: number;
  /** What the first run of each compiled graph takes longer than the others. */
  warmUp: number;
  /** One step within a run of several; null where the plan has no such runs. */
  stepInRun: number | null;
  /** One step in a run of its own; null where there are none. */
  singleStep: number | null;
  /** One batch of an evaluation; null where it was not measured. */
  evaluationBatch: number | null;
  /** Writing one checkpoint. */
  checkpoint: number;
  /** From the last step to the job's end, the test left out. */
  finish: number;
}

/** How often each part comes. */
export interface TrainingAmounts {
  epochs: number;
  stepsPerEpoch: number;
  stepsPerRun: number;
  batchSize: number;
  evaluationBatchSize: number;
  images: { train: number; validation: number; test: number };
  /** Epochs from one checkpoint to the next. */
  checkpointEpochs: number;
  /** Seconds after which one is written within an epoch as well. */
  checkpointSeconds: number;
  /** Seconds that the training may take; null where there is no limit. */
  budget: number | null;
}

/** Seconds of a whole job, from the moment a worker takes it, by what they go to. */
export interface TrainingTime {
  prepare: number;
  pack: number;
  train: number;
  validation: number;
  checkpoints: number;
  test: number;
  /** The sum, the budget considered. */
  total: number;
  /** Of one epoch: its steps and its validation. */
  epoch: number;
}

/**
 * `total = prepare + pack + epochs × (steps × step + validation) + checkpoints + test + finish`, where a budget ends what
 * lies between `pack` and `test`. It says nothing of early stopping, which may end a training sooner.
 */
export function trainingTime(costs: TrainingCosts, amounts: TrainingAmounts): TrainingTime {
  const { epochs, images, budget } = amounts;
  const steps = epochSteps(costs, amounts);
  const validation = evaluation(images.validation, steps, costs, amounts);
  const test = evaluation(images.test, steps, costs, amounts) + costs.finish;
  const fitting = costs.warmUp + epochs * (steps + validation);
  const checkpoints = costs.checkpoint * checkpointCount(steps + validation, amounts);
  const limited = Math.min(fitting + checkpoints, budget ?? Number.POSITIVE_INFINITY);
  return {
    prepare: costs.prepare,
    pack: costs.pack,
    train: costs.warmUp + epochs * steps,
    validation: epochs * validation,
    checkpoints,
    test,
    total: costs.prepare + costs.pack + limited + test,
    epoch: steps + validation,
  };
}

/** Seconds of an epoch's steps: whole runs first, then single steps for what is left over. */
function epochSteps({ stepInRun, singleStep }: TrainingCosts, amounts: TrainingAmounts): number {
  const { stepsPerEpoch, stepsPerRun } = amounts;
  const inRuns = stepsPerRun > 1 ? stepsPerEpoch - (stepsPerEpoch % stepsPerRun) : 0;
  const perStep = stepInRun ?? singleStep ?? 0;
  return inRuns * perStep + (stepsPerEpoch - inRuns) * (singleStep ?? perStep);
}

function evaluation(images: number, steps: number, costs: TrainingCosts, amounts: TrainingAmounts): number {
  if (costs.evaluationBatch !== null) {
    return Math.ceil(images / amounts.evaluationBatchSize) * costs.evaluationBatch;
  }
  return (images * EVALUATION_SHARE * steps) / Math.max(amounts.images.train, 1);
}

/** After epochs, after the last one in any case, and within epochs that are long. */
function checkpointCount(epoch: number, { epochs, checkpointEpochs, checkpointSeconds }: TrainingAmounts): number {
  const afterEpochs = Math.floor(epochs / checkpointEpochs) + (epochs % checkpointEpochs === 0 ? 0 : 1);
  return afterEpochs + epochs * Math.floor(epoch / checkpointSeconds);
}
