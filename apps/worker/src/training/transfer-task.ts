/** What a trainer is told of the weights that its job begins with and of the layers that are frozen. */
import type { TransferTask } from '@trainyard/contracts';
import type { Database, TrainingClaim } from '@trainyard/db';

/** Undefined for a job without. The file of the checkpoint is looked up each time: it may have been written again. */
export async function describeTransfer(
  db: Pick<Database, 'checkpoints'>,
  { projectId, transfer, unfreeze }: Pick<TrainingClaim, 'projectId' | 'transfer' | 'unfreeze'>,
): Promise<TransferTask | undefined> {
  if (transfer === null) return undefined;
  const { source, frozen } = transfer;
  if (source === null) return { source, frozen, unfreeze };
  const { checkpoint_id, matched, unmatched, unused } = source;
  const file = await db.checkpoints.file(projectId, checkpoint_id);
  return { source: { checkpoint_id, file, matches: { matched, unmatched, unused } }, frozen, unfreeze };
}
