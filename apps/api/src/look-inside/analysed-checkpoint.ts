/** Analyses of a checkpoint as they are shown, and the answer to a request that waits for one. */
import { TrainyardError } from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';

/** How long a request waits for it. */
export const WAIT_MS = 20_000;
export const RETRY_AFTER_S = '2';

/** Throws `conflict` for one that takes longer than a request waits. */
export async function endedAnalysis(app: FastifyInstance, asked: Analysis): Promise<Analysis> {
  const analysis = await app.analyses.wait(asked, WAIT_MS);
  if (hasEnded(analysis)) return analysis;
  throw new TrainyardError('conflict', `It is ${analysis.status}, and takes longer. Ask again in a few seconds.`);
}

export function hasEnded({ status }: Pick<Analysis, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed';
}

/** What all of them show. */
export function summaryOf({ id, status, error }: Analysis, checkpointId: string) {
  return { id, status, checkpoint_id: checkpointId, error };
}
