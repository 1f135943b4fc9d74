/** Where queued jobs stand, and when they may start, as far as the jobs that run now tell. */
import type { Job, JobProgress } from '@trainyard/contracts';
import type { PrismaClient } from './client.js';
import { fromJson } from './json.js';
import type { AttachedWorker } from './repositories/workers.js';

interface Place {
  id: string;
  /** From 1, among the queued jobs of every project for the same workers: those with CUDA, or any. */
  position: number;
  cuda: boolean;
  notBefore: Date | null;
}

/**
 * Fills in `queue_position` and `expected_start_at` of the jobs that are queued. A start is expected where a worker is
 * free for the job, or will be as soon as a running job has ended whose remaining time is known; else it is null.
 */
export async function withQueuePlaces(
  client: PrismaClient,
  alive: () => Promise<AttachedWorker[]>,
  jobs: Job[],
): Promise<Job[]> {
  if (!jobs.some(({ status }) => status === 'queued')) return jobs;
  const places = await client.$queryRaw<Place[]>`
    SELECT id, device_requested = 'cuda' AS cuda, not_before AS "notBefore",
      row_number() OVER (PARTITION BY device_requested = 'cuda' ORDER BY id)::int AS position
    FROM jobs WHERE status = 'queued'`;
  const placeOf = new Map(places.map((place) => [place.id, place]));
  const workers = await alive();
  const remaining = await remainingSeconds(client);
  return jobs.map((job) => {
    const place = job.status === 'queued' ? placeOf.get(job.id) : undefined;
    if (!place) return job;
    const able = place.cuda ? workers.filter(hasCuda) : workers;
    const seconds = able.map(({ id }) => remaining.get(id) ?? (remaining.has(id) ? Number.POSITIVE_INFINITY : 0));
    const wait = seconds.sort((a, b) => a - b)[place.position - 1] ?? Number.POSITIVE_INFINITY;
    return { ...job, queue_position: place.position, expected_start_at: startAfter(wait, place.notBefore) };
  });
}

/** Of each worker that trains, how long it still does; null where that is not known. */
async function remainingSeconds(client: PrismaClient): Promise<Map<string, number | null>> {
  const rows = await client.job.findMany({
    where: { status: { in: ['preparing', 'running'] }, workerId: { not: null } },
    select: { workerId: true, progress: true },
  });
  return new Map(
    rows.map(({ workerId, progress }) => [workerId ?? '', fromJson<JobProgress | null>(progress)?.eta_s ?? null]),
  );
}

function hasCuda({ devices }: AttachedWorker): boolean {
  return devices.some(({ device, available }) => device === 'cuda' && available);
}

function startAfter(seconds: number, notBefore: Date | null): string | null {
  if (!Number.isFinite(seconds)) return null;
  return new Date(Math.max(Date.now() + seconds * 1000, notBefore?.getTime() ?? 0)).toISOString();
}
