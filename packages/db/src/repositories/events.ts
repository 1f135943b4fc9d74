/** The events of a job, oldest first. They are appended by the changes that they tell of. */
import { type Event, type List, TrainyardError } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { idOf, limitOf, type Page, toList } from '../pages.js';
import { toEvent } from '../wire.js';

export function openEvents(client: PrismaClient) {
  return {
    /** `after` is the id of the last event seen; throws `invalid_request` where the job has no such event. */
    async list(projectId: string, jobId: string, page: Page = {}): Promise<List<Event>> {
      if ((await client.job.count({ where: { id: jobId, projectId } })) === 0) throw notFound('job', jobId);
      const rows = await client.jobEvent.findMany({
        where: { jobId, seq: { gt: await seqOf(jobId, page.after) } },
        orderBy: { seq: 'asc' },
        take: limitOf(page) + 1,
      });
      return toList(rows, page, toEvent, idOf);
    },
  };

  async function seqOf(jobId: string, after: string | undefined): Promise<number> {
    if (after === undefined) return 0;
    const row = await client.jobEvent.findFirst({ where: { id: after, jobId }, select: { seq: true } });
    if (row) return row.seq;
    throw new TrainyardError(
      'invalid_request',
      `This job has no event "${after}". Leave \`after\` out to begin with the first.`,
      {
        errors: [{ pointer: '/after', detail: 'Expected the id of an event of this job.' }],
      },
    );
  }
}
