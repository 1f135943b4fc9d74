/** What the log of a job is told before its steps begin. */
import type { ExecutionPlan, TrainingTask } from '@trainyard/contracts';
import type { PackedDataset } from '@trainyard/datasets';
import type { FitStart } from './fit.js';

export function packedLine({ image, splits }: PackedDataset, seconds: number): string {
  const counts = Object.entries(splits).map(([name, { count }]) => `${count} ${name}`);
  const size = `${image.width}×${image.height}×${image.channels}`;
  return `Tensors of ${size} are packed: ${counts.join(', ')} (${seconds.toFixed(1)} s).`;
}

export function compiledLine(seconds: number): string {
  return `The training step is compiled (${seconds.toFixed(1)} s).`;
}

export function loweringLine({ lowering }: ExecutionPlan, reason: string): string {
  return `Its steps are lowered to the ${lowering} layout. ${reason}.`;
}

/** Where a training begins, and whether newer checkpoints than that one are there but could not be read. */
export function startLines(
  { epoch, step, inEpoch }: FitStart,
  { training, checkpoints, transfer }: Pick<TrainingTask, 'training' | 'checkpoints' | 'transfer'>,
): { level: 'info' | 'warning'; message: string }[] {
  const begins =
    step === 0
      ? `Begins with ${transfer?.source ? `the checkpoint ${transfer.source.checkpoint_id}` : `new weights from seed ${training.seed}`}.`
      : `Goes on after step ${step}: epoch ${epoch}${inEpoch ? ` and ${inEpoch.steps} steps` : ''}.`;
  const unreadable = checkpoints.filter((checkpoint) => checkpoint.step > step).map((checkpoint) => checkpoint.step);
  const warning = `Checkpoints that could not be read are left out: those of the steps ${unreadable.join(', ')}.`;
  return [
    ...(unreadable.length > 0 ? [{ level: 'warning' as const, message: warning }] : []),
    { level: 'info' as const, message: begins },
  ];
}
