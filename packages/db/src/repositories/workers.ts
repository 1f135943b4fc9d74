/** The worker processes that are attached, with the devices that their probes found. */
import type { Device } from '@trainyard/contracts';
import { newId } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { HELD } from '../job-states.js';
import { fromJson } from '../json.js';
import type { MachineTraits } from '../queue-order.js';

const ALIVE_MS = 15_000;
const FORGOTTEN_MS = 3_600_000;
/** Longer than any worker asks what became of a transaction. */
const MARKS_KEPT_MS = 86_400_000;

/** In SQL: the worker was seen within 15 s by the database's clock. */
export const IS_ALIVE = Prisma.sql`last_seen_at > now() - make_interval(secs => ${ALIVE_MS / 1000}::float8)`;

/** What the probe of one device found; `reason` says why it is not available. */
export interface WorkerDevice {
  device: Device;
  available: boolean;
  reason: string | null;
}

export interface NewWorker {
  id?: string;
  host: string;
  pid: number;
  devices: WorkerDevice[];
  /** What decides the bits that its machine computes, where that is known. */
  traits?: MachineTraits;
  /** How many jobs it trains at once, at most; 1 where left out. */
  jobSlots?: number;
}

export interface AttachedWorker {
  id: string;
  host: string;
  pid: number;
  devices: WorkerDevice[];
  /** Null for a worker of an older version. */
  traits: MachineTraits | null;
  jobSlots: number;
  startedAt: Date;
  lastSeenAt: Date;
  /** The jobs that it holds. */
  jobs: { id: string; projectId: string }[];
  /** How many data sets it reads. */
  datasets: number;
}

export function openWorkers(client: PrismaClient) {
  return {
    /**
     * Enters a worker, again under its old `id` where that is given, and forgets those not seen for an hour, and the marks that
     * transactions of earlier ones left.
     */
    async register({ id = newId('worker'), host, pid, devices, traits, jobSlots = 1 }: NewWorker): Promise<string> {
      await client.$executeRaw`
        DELETE FROM workers WHERE last_seen_at < now() - make_interval(secs => ${FORGOTTEN_MS / 1000}::float8)`;
      await client.$executeRaw`
        DELETE FROM transaction_marks WHERE marked_at < now() - make_interval(secs => ${MARKS_KEPT_MS / 1000}::float8)`;
      await client.$executeRaw`
        INSERT INTO workers (id, host, pid, devices, cpu, onnxruntime_version, job_slots)
        VALUES (${id}, ${host}, ${pid}, ${JSON.stringify(devices)}::jsonb, ${traits?.cpu ?? null},
          ${traits?.onnxruntimeVersion ?? null}, ${jobSlots})
        ON CONFLICT (id) DO UPDATE
        SET devices = EXCLUDED.devices, job_slots = EXCLUDED.job_slots, last_seen_at = now()`;
      return id;
    },

    /** False where the worker is not entered any more; it should register again. */
    async heartbeat(id: string): Promise<boolean> {
      return (await client.$executeRaw`UPDATE workers SET last_seen_at = now() WHERE id = ${id}`) > 0;
    },

    async remove(id: string): Promise<void> {
      await client.worker.deleteMany({ where: { id } });
    },

    /** The workers that were seen within 15 s by the database's clock, those longest there first. */
    async alive(): Promise<AttachedWorker[]> {
      const ids = await client.$queryRaw<{ id: string }[]>`SELECT id FROM workers WHERE ${IS_ALIVE}`;
      const rows = await client.worker.findMany({
        where: { id: { in: ids.map((row) => row.id) } },
        orderBy: { id: 'asc' },
      });
      const held = { workerId: { in: rows.map((row) => row.id) }, leaseExpiresAt: { not: null } };
      const jobs = await client.job.findMany({
        where: { ...held, status: { in: HELD } },
        select: { id: true, projectId: true, workerId: true },
      });
      const datasets = await client.dataset.findMany({
        where: { ...held, status: 'processing' },
        select: { workerId: true },
      });
      return rows.map((row) => ({
        ...row,
        devices: fromJson<WorkerDevice[]>(row.devices),
        traits:
          row.cpu === null || row.onnxruntimeVersion === null
            ? null
            : { cpu: row.cpu, onnxruntimeVersion: row.onnxruntimeVersion },
        jobs: jobs.filter(({ workerId }) => workerId === row.id).map(({ id, projectId }) => ({ id, projectId })),
        datasets: datasets.filter(({ workerId }) => workerId === row.id).length,
      }));
    },
  };
}
