/** How long a training takes: what its parts cost, as they were measured, times how often each comes. */

/** What an image costs that is only looked at, as a part of what one costs that is trained on. */
const EVALUATION_SHARE = 1 / 3;

/** Seconds that one of each takes. */
export interface TrainingCosts {
  /** From the worker's first move to the first step: the process, the data, compiling. */
  prepare: number;
  /** Until the images are packed in the model's size; 0 where they are. */
  pack: number;
  /** One after the other. */
  phases: readonly PhaseCosts[];
  /** One batch of an evaluation; null where it was not measured. */
  evaluationBatch: number | null;
  /** The same in the test, where it is another one: behind a frozen backbone only the test runs the whole model. */
  testBatch: number | null;
  /** Writing one checkpoint. */
  checkpoint: number;
  /** From the last step to the job's end, the test left out. */
  finish: number;
}

/** Epochs that train the same layers. */
export interface PhaseCosts {
  epochs: number;
  /** Beside the steps: what first runs take longer, looks into the network, from the second phase on compiling. */
  extra: number;
  /** One step within a run of several; null where the plan has no such runs. */
  stepInRun: number | null;
  /** One step in a run of its own; null where there are none. */
  singleStep: number | null;
}

/** How often each part comes. */
export interface TrainingAmounts {
  stepsPerEpoch: number;
  stepsPerRun: number;
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
  /** Of one epoch of the last phase: its steps and its validation. */
  epoch: number;
}

/**
 * `total = prepare + pack + Σ epochs × (steps × step + validation) + checkpoints + test + finish`, where a budget ends what
 * lies between `pack` and `test`. It says nothing of early stopping, which may end a training sooner.
 */
export function trainingTime(costs: TrainingCosts, amounts: TrainingAmounts): TrainingTime {
  const { prepare, pack } = costs;
  const phases = costs.phases.map((phase) => phaseTime(phase, costs, amounts));
  const sum = (part: (phase: PhaseTime) => number) => phases.reduce((total, phase) => total + part(phase), 0);
  const last = phases[phases.length - 1];
  const train = sum(({ train }) => train);
  const validation = sum(({ validation }) => validation);
  const checkpoints = costs.checkpoint * checkpointCount(phases, amounts);
  const testBatch = costs.testBatch ?? costs.evaluationBatch;
  const test = evaluation(amounts.images.test, last.steps, testBatch, amounts) + costs.finish;
  const limited = Math.min(train + validation + checkpoints, amounts.budget ?? Number.POSITIVE_INFINITY);
  const total = prepare + pack + limited + test;
  return { prepare, pack, train, validation, checkpoints, test, total, epoch: last.epoch };
}

interface PhaseTime {
  epochs: number;
  /** Of one epoch: of its steps, and with its validation. */
  steps: number;
  epoch: number;
  /** Of all epochs. */
  train: number;
  validation: number;
}

function phaseTime(phase: PhaseCosts, costs: TrainingCosts, amounts: TrainingAmounts): PhaseTime {
  const { epochs, extra } = phase;
  const steps = epochSteps(phase, amounts);
  const looking = evaluation(amounts.images.validation, steps, costs.evaluationBatch, amounts);
  return { epochs, steps, epoch: steps + looking, train: extra + epochs * steps, validation: epochs * looking };
}

/** Seconds of an epoch's steps: whole runs first, then single steps for what is left over. */
function epochSteps({ stepInRun, singleStep }: PhaseCosts, amounts: TrainingAmounts): number {
  const { stepsPerEpoch, stepsPerRun } = amounts;
  const inRuns = stepsPerRun > 1 ? stepsPerEpoch - (stepsPerEpoch % stepsPerRun) : 0;
  const perStep = stepInRun ?? singleStep ?? 0;
  return inRuns * perStep + (stepsPerEpoch - inRuns) * (singleStep ?? perStep);
}

/** `batch` are the seconds of one; null where that was not measured. */
function evaluation(images: number, steps: number, batch: number | null, amounts: TrainingAmounts): number {
  if (batch !== null) return Math.ceil(images / amounts.evaluationBatchSize) * batch;
  return (images * EVALUATION_SHARE * steps) / Math.max(amounts.images.train, 1);
}

/** After epochs, after the last one in any case, and within epochs that are long. */
function checkpointCount(phases: readonly PhaseTime[], amounts: TrainingAmounts): number {
  const { checkpointEpochs, checkpointSeconds } = amounts;
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const within = phases.reduce((sum, phase) => sum + phase.epochs * Math.floor(phase.epoch / checkpointSeconds), 0);
  return Math.floor(epochs / checkpointEpochs) + (epochs % checkpointEpochs === 0 ? 0 : 1) + within;
}
