// How long a job was without a worker after a fault.
import type { FaultContext } from './harness.js';
import type { Rows } from './rows.js';

export interface Struck {
  jobId: string;
  attempt: number;
  at: number;
}

/** Tells the time until a worker had taken the job again; nothing where it was past that fault already. */
export async function tellRecovery(rows: Rows, { jobId, attempt, at }: Struck, context: FaultContext): Promise<void> {
  const statuses = await rows.statuses(jobId);
  const next = statuses.find((event) => event.status === 'preparing' && event.attempt === attempt + 1);
  if (next) context.recovered(next.at.getTime() - at);
}
