/**
 * A training that diverges goes back to its newest whole epoch, or to its start, and on with lower rates: once in all
 * attempts. Its attempt may end at any moment of that. Until the rollback is written, the next one diverges at the same step
 * and goes back to the same place; after that it begins where the rollback leads.
 */
import type { JobRollback } from '@trainyard/contracts';
import { DivergedError, RATE_FACTOR } from './divergence.js';
import type { FitResult, FitStart } from './fit.js';

export interface FitOrGoBack {
  /** Of an earlier attempt. */
  rollback: JobRollback | null;
  start: FitStart;
  fit: (start: FitStart, rateFactor: number) => Promise<FitResult | null>;
  /** Where the newest whole epoch left off; what came after it is forgotten. */
  goBack: () => Promise<FitStart>;
  report: (rollback: JobRollback) => Promise<void>;
}

/** Throws a `DivergedError` where a training diverges a second time. */
export async function fitOrGoBack(options: FitOrGoBack): Promise<FitResult | null> {
  const { rollback: earlier, start, fit, goBack, report } = options;
  try {
    return await fit(start, earlier?.rate_factor ?? 1);
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    if (earlier !== null) throw error.after(earlier);
    const back = await goBack();
    const rollback = rollbackTo(back, error);
    await report(rollback);
    return fitOrGoBack({ rollback, start: back, fit, goBack, report });
  }
}

function rollbackTo({ step, epoch }: FitStart, { step: at, reason }: DivergedError): JobRollback {
  return { at_step: at, to_step: step, epoch, rate_factor: RATE_FACTOR, reason };
}
