/** The checkpoints that earlier attempts at a job have left. */
import type { CheckpointReference } from '@trainyard/contracts';
import type { Database, TrainingClaim } from '@trainyard/db';

export async function earlierCheckpoints(db: Database, claim: TrainingClaim): Promise<CheckpointReference[]> {
  if (claim.attempt === 1) return [];
  const references: CheckpointReference[] = [];
  let after: string | undefined;
  do {
    const page = await db.checkpoints.list(claim.projectId, claim.id, after === undefined ? {} : { after });
    for (const { id, epoch, step, digest } of page.data) {
      const { storageKey } = await db.checkpoints.trainedModel(claim.projectId, id);
      references.push({ epoch, step, key: storageKey, digest });
    }
    after = page.next_cursor ?? undefined;
  } while (after !== undefined);
  return references;
}
