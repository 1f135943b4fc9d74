/** What a trainer's reports are in the log of the job: a line each, but none for single steps. */
import type { ExecutionPlan, MetricValues, TrainerReport } from '@trainyard/contracts';
import type { NewLogLine } from '@trainyard/db';

type ReportOf<T extends TrainerReport['type']> = Extract<TrainerReport, { type: T }>;

export function linesOf(report: TrainerReport): NewLogLine[] {
  switch (report.type) {
    case 'log':
      return [{ level: report.level, message: report.message }];
    case 'planned':
      return [info(`The plan is made: ${planText(report.plan)}.`)];
    case 'epoch':
      return [info(epochText(report.row))];
    case 'checkpoint':
      return [info(checkpointText(report))];
    case 'rollback':
      return [{ level: 'warning', message: rollbackText(report) }];
    case 'trained':
      return [info(trainedText(report))];
    default:
      return [];
  }
}

export function planText({ device, lowering, threads, steps_per_run, onnxruntime_version }: ExecutionPlan): string {
  return `${device}, ${lowering} lowering, ${threads} threads, ${steps_per_run} steps a run, onnxruntime ${onnxruntime_version}`;
}

function epochText({
  epoch,
  step,
  train,
  validation,
  duration_s,
  images_per_s,
  learning_rate,
}: ReportOf<'epoch'>['row']) {
  const figures = [
    figuresText(train),
    ...(validation === null ? [] : [`validation ${figuresText(validation)}`]),
    `rate ${figure(learning_rate)}`,
    `${duration_s.toFixed(1)} s`,
    `${Math.round(images_per_s)} images/s`,
  ];
  return `Epoch ${epoch} is done, at step ${step}: ${figures.join('; ')}.`;
}

function checkpointText({ checkpoint, bytes, epoch_complete, is_best }: ReportOf<'checkpoint'>): string {
  const { epoch, step } = checkpoint;
  const place = epoch_complete ? `after epoch ${epoch}` : `in epoch ${epoch + 1}`;
  return `A checkpoint is written ${place}, at step ${step}: ${bytes} bytes${is_best ? ', the best so far' : ''}.`;
}

function rollbackText({ rollback: { at_step, to_step, rate_factor, reason } }: ReportOf<'rollback'>): string {
  const from = to_step === 0 ? 'the initial weights' : `the checkpoint of step ${to_step}`;
  return `At step ${at_step} the training goes back to ${from}, with ${rate_factor} times the rate: ${reason}`;
}

function trainedText({ stop_reason, test }: ReportOf<'trained'>): string {
  const why = `The training is over (${stop_reason})`;
  return test === null ? `${why}.` : `${why}: test ${figuresText(test)}.`;
}

function figuresText(values: MetricValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ');
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function info(message: string): NewLogLine {
  return { level: 'info', message };
}
