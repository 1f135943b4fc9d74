/** Where queued jobs stand, what they wait for, and when they may start, as far as the jobs that run now tell. */
import type { Device, DeviceChoice, Job, JobProgress, JobWait } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from './client.js';
import { fromJson } from './json.js';
import { type PlanColumn, planDifferences } from './plan-differences.js';
import { QUEUED_SINCE, type QueueRules, queueOrder } from './queue-order.js';
import type { AttachedWorker } from './repositories/workers.js';

interface Places {
  client: PrismaClient;
  alive: () => Promise<AttachedWorker[]>;
  rules: QueueRules;
}

interface Place {
  id: string;
  projectId: string;
  /** From 1, among the queued jobs of every project for the same workers: those with CUDA, or any. */
  position: number;
  /** False in the pause after a failure. */
  due: boolean;
  /** How many jobs of the project must end before this one may start. */
  excess: number;
  device: DeviceChoice;
  notBefore: Date | null;
  plan: PlanColumn;
  /** Seconds for which the job is still kept for a worker that can repeat its plan. */
  keptSeconds: number;
}

/** Seconds until something ends; not finite where that is not known. */
interface Remaining {
  ofWorker: Map<string, number[]>;
  ofProject: Map<string, number[]>;
}

const UNKNOWN = Number.POSITIVE_INFINITY;

/**
 * Fills in `queue_position`, `waiting_for` and `expected_start_at` of the jobs that are queued. A start is expected where
 * a worker is free for the job, or will be as soon as a running job has ended whose remaining time is known; else it is
 * null.
 */
export async function withQueuePlaces({ client, alive, rules }: Places, jobs: Job[]): Promise<Job[]> {
  const queued = jobs.filter(({ status }) => status === 'queued').map(({ id }) => id);
  if (queued.length === 0) return jobs;
  const places = new Map((await placesOf(client, queued, rules)).map((place) => [place.id, place]));
  const workers = await alive();
  const remaining = await remainingSeconds(client);
  return jobs.map((job) => {
    const place = places.get(job.id);
    return place ? { ...job, ...describePlace(place, workers, remaining) } : job;
  });
}

function placesOf(client: PrismaClient, ids: string[], rules: QueueRules): Promise<Place[]> {
  const order = queueOrder({ which: Prisma.sql`true`, pool: Prisma.sql`device_requested = 'cuda'` }, rules);
  return client.$queryRaw<Place[]>`
    SELECT jobs.id, jobs.project_id AS "projectId", position, due, excess, device_requested AS device,
      not_before AS "notBefore", plan,
      ${rules.planWaitSeconds} - extract(epoch FROM clock_timestamp() - ${QUEUED_SINCE})::float8 AS "keptSeconds"
    FROM (${order}) AS ordered JOIN jobs ON jobs.id = ordered.id
    WHERE jobs.id = ANY(${ids}::text[])`;
}

type Description = Pick<Job, 'queue_position' | 'waiting_for' | 'expected_start_at'>;

function describePlace(place: Place, workers: AttachedWorker[], remaining: Remaining): Description {
  const able = workers.filter((worker) => place.device === 'auto' || devicesOf(worker).includes(place.device));
  const exact = able.filter((worker) => repeats(worker, place.plan));
  const untilOneOf = (some: AttachedWorker[]) =>
    nth(
      some.flatMap(({ id }) => remaining.ofWorker.get(id) ?? [0]),
      place.position,
    );
  const untilWorker = Math.min(
    untilOneOf(exact),
    Math.max(untilOneOf(able), place.plan === null ? 0 : place.keptSeconds),
  );
  const untilLimit = place.excess === 0 ? 0 : nth(remaining.ofProject.get(place.projectId) ?? [], place.excess);
  return {
    queue_position: place.position,
    waiting_for: waitOf(place, able, exact),
    expected_start_at: startAfter(Math.max(untilWorker, untilLimit), place.notBefore),
  };
}

function waitOf({ due, excess, device, keptSeconds }: Place, able: AttachedWorker[], exact: AttachedWorker[]): JobWait {
  if (!due) return 'retry_pause';
  if (excess > 0) return 'project_limit';
  if (exact.length > 0) return 'worker';
  if (able.length > 0) return keptSeconds > 0 ? 'plan' : 'worker';
  return device === 'auto' ? 'worker' : 'device';
}

/** Of the jobs of each worker that trains, and of each project's, how long they still take. */
async function remainingSeconds(client: PrismaClient): Promise<Remaining> {
  const rows = await client.job.findMany({
    where: { status: { in: ['preparing', 'running'] }, workerId: { not: null } },
    select: { workerId: true, projectId: true, progress: true },
  });
  const remaining: Remaining = { ofWorker: new Map(), ofProject: new Map() };
  for (const { workerId, projectId, progress } of rows) {
    const seconds = fromJson<JobProgress | null>(progress)?.eta_s ?? UNKNOWN;
    remaining.ofWorker.set(workerId ?? '', [...(remaining.ofWorker.get(workerId ?? '') ?? []), seconds]);
    remaining.ofProject.set(projectId, [...(remaining.ofProject.get(projectId) ?? []), seconds]);
  }
  return remaining;
}

function devicesOf({ devices }: AttachedWorker): Device[] {
  return devices.filter(({ available }) => available).map(({ device }) => device);
}

function repeats(worker: AttachedWorker, plan: PlanColumn): boolean {
  if (plan === null) return true;
  return (
    worker.traits !== null && planDifferences(plan, { devices: devicesOf(worker), traits: worker.traits }).length === 0
  );
}

/** The `n`th smallest, from 1. */
function nth(seconds: number[], n: number): number {
  return seconds.sort((a, b) => a - b)[n - 1] ?? UNKNOWN;
}

function startAfter(seconds: number, notBefore: Date | null): string | null {
  if (!Number.isFinite(seconds)) return null;
  return new Date(Math.max(Date.now() + seconds * 1000, notBefore?.getTime() ?? 0)).toISOString();
}
