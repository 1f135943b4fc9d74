/** Training jobs as the API sees them; what a worker does with one is in `job-lifecycle.ts`. */
import {
  type DeviceChoice,
  type Job,
  type JobForecast,
  type JobStatus,
  type List,
  newId,
  type Training,
  TrainyardError,
  type TransferReport,
  type Unfreeze,
  type WebhookOptions,
} from '@trainyard/contracts';
import { holdCheckpoint, jobsBeginningFrom } from '../checkpoint-use.js';
import type { PrismaClient } from '../client.js';
import { refuseUnusable } from '../dataset-use.js';
import { notFound } from '../errors.js';
import { appendStatus, lockJob, moveJob } from '../job-journal.js';
import { isEnded } from '../job-states.js';
import { toJson, toNullableJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { QUEUE_RULES, type QueueRules } from '../queue-order.js';
import { withQueuePlaces } from '../queue-places.js';
import { addWebhook } from '../webhook-messages.js';
import { phasesInclude, toJob } from '../wire.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { jobClaims } from './job-claims.js';
import { jobControl } from './job-control.js';
import { jobHolds } from './job-holds.js';
import { jobLifecycle } from './job-lifecycle.js';
import { enqueue } from './outbox.js';
import { type NewTrial, recordTrial, refuseWhileSearching } from './sweep-changes.js';
import { openWorkers } from './workers.js';

/** `spec` is the normalised specification, `training` has every default filled in. */
export interface NewJob {
  projectId: string;
  name?: string | undefined;
  datasetId: string;
  modelId?: string | undefined;
  spec: unknown;
  training: Training;
  transfer?: NewTransfer | undefined;
  device?: DeviceChoice | undefined;
  priority?: number | undefined;
  tags?: string[] | undefined;
  webhook?: WebhookOptions | undefined;
  /** Where it is a trial of a sweep. */
  trial?: NewTrial | undefined;
  /** What was forecast of it. */
  forecast?: JobForecast | undefined;
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

/** Ids of what went with a job, whose files are to go as well. */
export interface RemovedJob {
  checkpoints: string[];
  analyses: string[];
}

/** What a job begins with and which of its layers are frozen. */
export interface NewTransfer {
  /** A checkpoint of the same project. */
  initFrom: string | null;
  /** As posted. */
  freeze: string[];
  unfreeze: Unfreeze | null;
  report: TransferReport;
}

export function openJobs(client: PrismaClient, rules: QueueRules = QUEUE_RULES) {
  const { alive } = openWorkers(client);
  const places = { client, alive, rules };

  async function get(projectId: string, id: string): Promise<Job> {
    const row = await client.job.findFirst({ where: { id, projectId }, include: phasesInclude });
    if (!row) throw notFound('job', id);
    const job = toJob(row);
    return (await withQueuePlaces(places, [job]))[0] ?? job;
  }

  return {
    ...jobClaims(client, rules),
    ...jobLifecycle(client),
    ...jobControl(client, get),
    ...jobHolds(client),
    get,

    /**
     * Queues a job: row, first phase, `status` event and outbox entry in one transaction. Throws `not_found` for the
     * data set, model or checkpoint, `dataset_not_ready` where the data set is not `ready`. Its digest is noted. A webhook's secret that had to be made is
     * in the answer, this once.
     */
    async create(job: NewJob): Promise<Job> {
      const id = newId('job');
      const secret = await client.$transaction(async (tx) => {
        await bindSubject(tx, job.idempotency, id);
        if (job.trial) await recordTrial(tx, job.trial);
        // The lock keeps the data set from being deleted before this job can be seen to use it.
        const [dataset] = await tx.$queryRaw<{ id: string; status: string; digest: string | null }[]>`
          SELECT id, status::text AS status, digest FROM datasets
          WHERE id = ${job.datasetId} AND project_id = ${job.projectId} AND deleted_at IS NULL FOR SHARE`;
        if (!dataset) throw notFound('data set', job.datasetId);
        refuseUnusable(dataset);
        if (job.modelId) {
          const model = await tx.model.count({ where: { id: job.modelId, projectId: job.projectId } });
          if (model === 0) throw notFound('model', job.modelId);
        }
        const { transfer } = job;
        if (transfer?.initFrom) await holdCheckpoint(tx, job.projectId, transfer.initFrom);
        await tx.job.create({
          data: {
            id,
            projectId: job.projectId,
            name: job.name ?? null,
            status: 'queued',
            datasetId: job.datasetId,
            datasetDigest: dataset.digest,
            modelId: job.modelId ?? null,
            spec: toJson(job.spec),
            training: toJson(job.training),
            initFrom: transfer?.initFrom ?? null,
            freeze: transfer?.freeze ?? [],
            unfreeze: toNullableJson(transfer?.unfreeze),
            transfer: toNullableJson(transfer?.report),
            deviceRequested: job.device ?? 'auto',
            priority: job.priority ?? 0,
            tags: job.tags ?? [],
            forecast: toNullableJson(job.forecast),
            sweepId: job.trial?.sweepId ?? null,
            trial: job.trial?.number ?? null,
            holdAtEpoch: job.trial?.holdAtEpoch ?? null,
          },
        });
        const made = job.webhook ? await addWebhook(tx, id, job.webhook) : null;
        await appendStatus(tx, id, 'queued', { attempt: 0 });
        await enqueue(tx, 'training', id, { job_id: id });
        return made;
      });
      const created = await get(job.projectId, id);
      if (created.webhook === null || secret === null) return created;
      return { ...created, webhook: { ...created.webhook, secret } };
    },

    async list(
      projectId: string,
      page: Page & { status?: JobStatus; tag?: string; sweep_id?: string } = {},
    ): Promise<List<Job>> {
      const where = {
        ...olderThan(page),
        projectId,
        ...(page.status === undefined ? {} : { status: page.status }),
        ...(page.tag === undefined ? {} : { tags: { has: page.tag } }),
        ...(page.sweep_id === undefined ? {} : { sweepId: page.sweep_id }),
      };
      const rows = await client.job.findMany({ where, ...newestFirst(page), include: phasesInclude });
      const list = toList(rows, page, toJob, idOf);
      return { ...list, data: await withQueuePlaces(places, list.data) };
    },

    /**
     * Cancels a job: at once where it is queued or paused, else by a request that its worker sees at its next heartbeat. Asking
     * again changes nothing. Throws `conflict` for a job that has ended.
     */
    async cancel(projectId: string, id: string): Promise<Job> {
      await get(projectId, id);
      await client.$transaction(async (tx) => {
        const job = await lockJob(tx, id);
        if (!job) throw notFound('job', id);
        if (isEnded(job.status)) {
          throw new TrainyardError('conflict', `The job ${id} is ${job.status} already and cannot be cancelled.`);
        }
        const data = { cancelRequestedAt: new Date() };
        const isWaiting = job.status === 'queued' || job.status === 'paused';
        if (isWaiting) await moveJob(tx, job, 'cancelled', { reason: 'Cancelled by request', data });
        else if (!job.cancelRequested) await tx.job.update({ where: { id }, data });
      });
      return get(projectId, id);
    },

    /**
     * Deletes a job that has ended with all that it has written; the caller removes the files. Answers the ids of its
     * checkpoints and analyses. Throws `conflict` for a job that has not ended, or a checkpoint of which an endpoint serves
     * or another job begins from.
     */
    remove(projectId: string, id: string): Promise<RemovedJob> {
      return client.$transaction(async (tx) => {
        const job = await lockJob(tx, id);
        if (!job || (await tx.job.count({ where: { id, projectId } })) === 0) throw notFound('job', id);
        if (!isEnded(job.status)) {
          const detail = `The job ${id} is ${job.status}. Cancel it (POST /v1/jobs/${id}/cancel) and wait for its end.`;
          throw new TrainyardError('conflict', detail);
        }
        await refuseWhileSearching(tx, id);
        const ofJob = { checkpoint: { jobId: id } };
        const serving = await tx.endpoint.findFirst({
          where: { OR: [ofJob, { uses: { some: ofJob } }] },
          select: { name: true },
        });
        if (serving) {
          const detail = `The endpoint "${serving.name}" serves a checkpoint of the job ${id}. Move it to another, or delete it first.`;
          throw new TrainyardError('conflict', detail);
        }
        const checkpoints = await tx.checkpoint.findMany({ where: { jobId: id }, select: { id: true } });
        const [user] = (await jobsBeginningFrom(tx, checkpoints.map(idOf))).values();
        if (user !== undefined) {
          const detail = `The job ${user} begins from a checkpoint of the job ${id}. Wait for its end, or cancel it first.`;
          throw new TrainyardError('conflict', detail);
        }
        const analyses = await tx.analysis.findMany({ where: { jobId: id }, select: { id: true } });
        await tx.outbox.deleteMany({ where: { subjectId: { in: [id, ...analyses.map(idOf)] } } });
        await tx.job.delete({ where: { id } });
        return { checkpoints: checkpoints.map(idOf), analyses: analyses.map(idOf) };
      });
    },
  };
}
