/** `GET /v1/workers` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AttachedWorker } from '@trainyard/db';
import type { Static } from 'typebox';
import { WorkerList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import type { WorkerView } from '../../schemas/server.js';

const schema = {
  operationId: 'listWorkers',
  summary: 'List the attached workers',
  description: 'Operators also see where each one runs, and the jobs of every project.',
  tags: ['Server'],
  response: { 200: reference(WorkerList), ...keyedProblems() },
};

export const listWorkers: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/workers', { schema }, async (request) => {
    const workers = await app.db.workers.alive();
    const { role, projectId } = request.principal;
    const show = (worker: AttachedWorker) =>
      role === 'operator' ? operatorView(worker) : memberView(worker, (job) => job.projectId === projectId);
    return { object: 'list' as const, data: workers.map(show), has_more: false, next_cursor: null };
  });
};

type View = Static<typeof WorkerView>;

function memberView(worker: AttachedWorker, isShown: (job: AttachedWorker['jobs'][number]) => boolean): View {
  const { devices, lastSeenAt, jobs, datasets, jobSlots } = worker;
  const cuda = devices.some(({ device, available }) => device === 'cuda' && available);
  return {
    object: 'worker',
    status: 'alive',
    device: cuda ? 'cuda' : 'cpu',
    devices,
    job_ids: jobs.filter(isShown).map(({ id }) => id),
    load: { jobs: jobs.length, datasets },
    job_slots: jobSlots,
    last_seen_at: lastSeenAt.toISOString(),
  };
}

function operatorView(worker: AttachedWorker): View {
  const { id, host, pid, traits, startedAt } = worker;
  return {
    ...memberView(worker, () => true),
    id,
    host,
    pid,
    cpu: traits?.cpu ?? null,
    onnxruntime_version: traits?.onnxruntimeVersion ?? null,
    started_at: startedAt.toISOString(),
  };
}
