/** Appends lines to the log of a job, in a transaction that holds the lock of the job's row, so that `seq` has no double. */
import { type JobStatus, LOG_LINES_MAX, type LogLevel } from '@trainyard/contracts';
import type { Prisma } from './client.js';

export interface NewLogLine {
  /** When it was said; the database's time where it is left out. */
  at?: Date;
  level: LogLevel;
  message: string;
}

/** Longer texts are cut. */
const MESSAGE_CHARACTERS_MAX = 2000;

/** Appends the lines, and removes the oldest beyond `LOG_LINES_MAX`. A message of several lines becomes as many. */
export async function appendLogLines(
  tx: Prisma.TransactionClient,
  jobId: string,
  attempt: number,
  lines: readonly NewLogLine[],
): Promise<void> {
  const rows = lines.flatMap(({ at, level, message }) =>
    message.split(/\r?\n/).map((line) => ({ at: at?.toISOString() ?? null, level, message: storable(line) })),
  );
  if (rows.length === 0) return;
  const [last] = await tx.$queryRaw<{ seq: number }[]>`
    WITH written AS (
      INSERT INTO job_logs (job_id, seq, attempt, at, level, message)
      SELECT ${jobId}, before.seq + place::int, ${attempt}::int,
        coalesce((line->>'at')::timestamptz, clock_timestamp()), line->>'level', line->>'message'
      FROM (SELECT coalesce(max(seq), 0) AS seq FROM job_logs WHERE job_id = ${jobId}) AS before,
        jsonb_array_elements(${JSON.stringify(rows)}::jsonb) WITH ORDINALITY AS given(line, place)
      RETURNING seq
    )
    SELECT max(seq) AS seq FROM written`;
  const removed = (last?.seq ?? 0) - LOG_LINES_MAX;
  if (removed > 0) await tx.$executeRaw`DELETE FROM job_logs WHERE job_id = ${jobId} AND seq <= ${removed}::int`;
}

/** Postgres stores neither NUL nor half a surrogate pair. */
function storable(line: string): string {
  const cut = line.length > MESSAGE_CHARACTERS_MAX ? `${line.slice(0, MESSAGE_CHARACTERS_MAX)}…` : line;
  return cut.replaceAll(/[\0\p{Surrogate}]/gu, '\ufffd');
}

const STATUS_TEXTS: Readonly<Record<JobStatus, string>> = {
  queued: 'The job is queued',
  preparing: 'The job is being prepared',
  running: 'The job is running',
  paused: 'The job is paused',
  succeeded: 'The job has succeeded',
  failed: 'The job has failed',
  cancelled: 'The job is cancelled',
};

/** The line of a status that the job has entered. */
export function statusLine(status: JobStatus, reason: string | null): NewLogLine {
  const text = STATUS_TEXTS[status];
  return {
    level: status === 'failed' ? 'error' : 'info',
    message: reason === null ? `${text}.` : `${text}: ${reason}`,
  };
}
