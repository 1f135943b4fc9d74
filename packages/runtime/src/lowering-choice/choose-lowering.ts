/**
 * Which lowering a job's steps get. The blocked layout is most often much faster, but not always: so both are measured,
 * once for each graph and kind of machine, and the plan of the job keeps what was chosen.
 */
import type { Device, LoweringSetting, LoweringTimes, Training } from '@trainyard/contracts';
import { compileTrainStep, type Model, type Preprocessing } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { blockedLanes } from '../blocked-lanes.js';
import { trainStepOptions } from '../train-step-options.js';
import { choiceKey, readChoice, writeChoice } from './known-choices.js';
import { measureApart } from './measure-apart.js';
import { measuredStep } from './measured-steps.js';

/** `block` where it is the blocked one. */
export interface LoweringChoice {
  readonly block?: number;
  /** For the log. */
  readonly reason: string;
}

export interface ChoiceOptions {
  trained: Model;
  training: Training;
  preprocessing: Preprocessing;
  device: Device;
  threads: number;
  lowering: LoweringSetting;
  store: ObjectStore;
  signal?: AbortSignal;
}

/** The portable one has to be faster by this factor: where both are alike, the choice is the same each time. */
const WORTH_IT = 1.05;
/** [out channels, in channels, height, width]. */
const KERNEL_AXES = 4;

export async function chooseLowering(options: ChoiceOptions): Promise<LoweringChoice> {
  const { device, lowering: setting, trained } = options;
  const portable = (reason: string): LoweringChoice => ({ reason });
  if (device !== 'cpu') return portable('The blocked layout is for the CPU alone');
  if (setting === 'portable') return portable('The worker is set to the portable lowering');
  if (!trained.parameters.some(({ shape }) => shape.length === KERNEL_AXES)) return portable('It has no convolutions');
  const block = await blockedLanes();
  if (block === null) return portable("This machine's onnxruntime lacks the blocked layout");
  if (setting === 'blocked') return { block, reason: 'The worker is set to the blocked lowering' };
  try {
    return chosen(await measured(options, block), block);
  } catch (error) {
    options.signal?.throwIfAborted();
    return portable(`The lowerings could not be compared: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function chosen({ portable_ms: portable, blocked_ms: blocked }: LoweringTimes, block: number): LoweringChoice {
  const figures = `a step takes ${blocked.toFixed(1)} ms blocked and ${portable.toFixed(1)} ms portable`;
  return portable * WORTH_IT < blocked ? { reason: `Measured: ${figures}` } : { block, reason: `Measured: ${figures}` };
}

async function measured(options: ChoiceOptions, block: number): Promise<LoweringTimes> {
  const { trained, training, preprocessing, threads, store, signal } = options;
  const compiled = trainStepOptions(training, { preprocessing, stepsPerRun: 1 });
  const portable = compileTrainStep(trained, compiled);
  const key = choiceKey(portable.onnx, { threads, block });
  const known = await readChoice(store, key);
  if (known) return known;
  const steps = [compileTrainStep(trained, { ...compiled, block }), portable].map(measuredStep);
  const [blocked_ms, portable_ms] = await measureApart({ steps, threads }, signal);
  const choice = { portable_ms, blocked_ms };
  await writeChoice(store, key, choice);
  return choice;
}
