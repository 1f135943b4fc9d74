/** The log of a job. Its worker appends to it in batches; each change of the job's status adds a line of its own. */
import { type List, LOG_LEVELS, type LogLevel, type LogLine, TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { type Fence, notFound } from '../errors.js';
import { lockHeldJob } from '../job-journal.js';
import { appendLogLines, type NewLogLine } from '../log-lines.js';
import { limitOf, type Page, toList } from '../pages.js';

export interface LogFilter {
  attempt?: number;
  /** The slightest level that is wanted. */
  level?: LogLevel;
}

export function openJobLogs(client: PrismaClient) {
  return {
    /** Appends lines to the log of a job that the worker holds. */
    append(fence: Fence, lines: readonly NewLogLine[]): Promise<void> {
      return client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        await appendLogLines(tx, fence.id, fence.attempt, lines);
      });
    },

    /** Oldest first. `after` and `next_cursor` are the `seq` of a line. */
    async list(projectId: string, jobId: string, page: Page & LogFilter = {}): Promise<List<LogLine>> {
      if ((await client.job.count({ where: { id: jobId, projectId } })) === 0) throw notFound('job', jobId);
      const rows = await client.jobLogLine.findMany({
        where: {
          jobId,
          seq: { gt: seqOf(page.after) },
          ...(page.attempt === undefined ? {} : { attempt: page.attempt }),
          ...(page.level === undefined ? {} : { level: { in: LOG_LEVELS.slice(LOG_LEVELS.indexOf(page.level)) } }),
        },
        orderBy: { seq: 'asc' },
        take: limitOf(page) + 1,
      });
      return toList(rows, page, toLogLine, ({ seq }) => String(seq));
    },
  };
}

function seqOf(after: string | undefined): number {
  if (after === undefined) return 0;
  const seq = Number(after);
  if (/^\d+$/.test(after) && seq <= 0x7fffffff) return seq;
  throw new TrainyardError(
    'invalid_request',
    'Logs are paged by `seq`: `after` is the `next_cursor` of the page before.',
    {
      errors: [{ pointer: '/after', detail: 'Expected the `seq` of a line.' }],
    },
  );
}

function toLogLine({ seq, attempt, at, level, message }: Prisma.JobLogLineGetPayload<object>): LogLine {
  return { seq, attempt, at: at.toISOString(), level: LOG_LEVELS.find((known) => known === level) ?? 'info', message };
}
