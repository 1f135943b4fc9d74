/** The events of a data set, oldest first. They are appended by the changes that they tell of. */
import { type Event, type List, TrainyardError } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { idOf, limitOf, type Page, toList } from '../pages.js';
import { toDatasetEvent } from '../wire.js';

export function openDatasetEvents(client: PrismaClient) {
  return {
    /** `after` is the id of the last event seen; throws `invalid_request` where the data set has no such event. */
    async list(projectId: string, datasetId: string, page: Page = {}): Promise<List<Event>> {
      const known = await client.dataset.count({ where: { id: datasetId, projectId, deletedAt: null } });
      if (known === 0) throw notFound('data set', datasetId);
      const rows = await client.datasetEvent.findMany({
        where: { datasetId, seq: { gt: await seqOf(datasetId, page.after) } },
        orderBy: { seq: 'asc' },
        take: limitOf(page) + 1,
      });
      return toList(rows, page, toDatasetEvent, idOf);
    },
  };

  async function seqOf(datasetId: string, after: string | undefined): Promise<number> {
    if (after === undefined) return 0;
    const row = await client.datasetEvent.findFirst({ where: { id: after, datasetId }, select: { seq: true } });
    if (row) return row.seq;
    throw new TrainyardError(
      'invalid_request',
      `This data set has no event "${after}". Leave \`after\` out to begin with the first.`,
      { errors: [{ pointer: '/after', detail: 'Expected the id of an event of this data set.' }] },
    );
  }
}
