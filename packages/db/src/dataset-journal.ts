/** The events of a data set. They are written in the transaction of the change that they tell of. */
import { type DatasetEventType, type DatasetProgress, type DatasetStatus, newId } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { toJson } from './json.js';

/** Progress is recorded whenever another twentieth is done, so that the events of an attempt are few. */
const PROGRESS_PARTS = 20;

/** Appends an event. The update allocates `seq` under the lock of the row. */
export async function appendDatasetEvent(
  tx: Prisma.TransactionClient,
  datasetId: string,
  type: DatasetEventType,
  data: object,
): Promise<void> {
  const [row] = await tx.$queryRaw<{ seq: number }[]>`
    UPDATE datasets SET event_seq = event_seq + 1 WHERE id = ${datasetId} RETURNING event_seq AS seq`;
  if (!row) throw new Error(`There is no data set ${datasetId} to write an event of.`);
  await tx.datasetEvent.create({ data: { id: newId('event'), datasetId, seq: row.seq, type, data: toJson(data) } });
}

export function appendDatasetStatus(
  tx: Prisma.TransactionClient,
  datasetId: string,
  status: DatasetStatus,
  details: { attempt: number; reason?: string | null; [name: string]: unknown },
): Promise<void> {
  const { reason = null, ...more } = details;
  return appendDatasetEvent(tx, datasetId, 'status', { status, ...more, reason });
}

/** Whether progress is worth an event after what is known already. */
export function isNotable(progress: DatasetProgress, before: DatasetProgress | null): boolean {
  const partOf = ({ fraction }: DatasetProgress) => Math.floor(PROGRESS_PARTS * fraction);
  return before === null || progress.stage !== before.stage || partOf(progress) > partOf(before);
}
