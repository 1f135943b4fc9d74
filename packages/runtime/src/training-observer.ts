/** Turns what the fit loop tells into reports; a checkpoint is reported once its file is safe, and is written meanwhile. */
import type { JobProgress } from '@trainyard/contracts';
import type { CheckpointHistory } from './checkpoint-history.js';
import type { FitObserver } from './fit.js';
import type { KernelSnapshots } from './kernel-snapshots.js';
import { OrderedReports } from './ordered-reports.js';
import { StepReporter } from './step-reporter.js';
import type { Report } from './train.js';

export interface TrainingObserver extends FitObserver {
  /** Resolves once everything is reported and every checkpoint safe. Throws where something is not. */
  settled(): Promise<void>;
  /** Says that nothing is left to do, which the fit loop cannot: the test comes after it. */
  finished(): Promise<void>;
}

export function observeTraining({
  history,
  kernels,
  report,
  elapsed,
}: {
  history: CheckpointHistory;
  kernels: KernelSnapshots;
  report: Report;
  /** Seconds trained so far. */
  elapsed: () => number;
}): TrainingObserver {
  const reports = new OrderedReports();
  const steps = new StepReporter((rows, progress) => {
    const elapsed_s = elapsed();
    return reports.tell(() => report({ type: 'steps', rows, progress, elapsed_s }));
  });
  let latest: JobProgress | null = null;
  return {
    async steps(rows, progress) {
      reports.check();
      latest = progress;
      await steps.add(rows, progress);
    },
    async epoch(row, progress) {
      latest = progress;
      await steps.flush();
      const elapsed_s = elapsed();
      await reports.tell(() => report({ type: 'epoch', row, progress, elapsed_s }));
    },
    async probe(row) {
      await reports.tell(() => report({ type: 'probe', row }));
    },
    async checkpoint(snapshot) {
      // An attempt that goes on from it does not do the steps before it again.
      await steps.flush();
      const { epoch, step, inEpoch } = snapshot.position;
      const isWhole = inEpoch === undefined;
      await reports.tellBehind(async () => {
        const { key, digest, bytes } = await history.save(snapshot);
        if (isWhole) await kernels.keep(epoch, snapshot.tensors);
        await report({
          type: 'checkpoint',
          checkpoint: { epoch, step, key, digest },
          bytes,
          is_best: snapshot.isBest,
          epoch_complete: isWhole,
          metrics: snapshot.metrics,
        });
      });
    },
    async settled() {
      await steps.flush();
      await reports.settle();
    },
    async finished() {
      if (latest === null) return;
      const progress = { ...latest, eta_s: 0, eta_error_s: 0 };
      await report({ type: 'steps', rows: [], progress, elapsed_s: elapsed() });
    },
  };
}
