/** `POST /v1/jobs` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateJob, Job } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { forecastOf } from '../../forecasts/forecasts.js';
import { type IdempotentRoute, idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { resolveJob } from '../../jobs/resolve-job.js';
import { JOB_PROBLEMS, keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { withoutSecret, withSecret } from '../../webhooks/job-secret.js';
import { readReceiverUrl } from '../../webhooks/receiver-url.js';

const schema = {
  operationId: 'createJob',
  summary: 'Train a model on a data set',
  description:
    'Give one of `model_id`, `model` and `keras`. Every field of `training` has a default that trains well; what a Keras ' +
    'document was compiled with goes before these defaults. A `webhook` without a secret gets one, which is shown in this ' +
    'answer only. `init_from` begins with the weights of a checkpoint, `freeze` keeps layers as they are, and `unfreeze` says ' +
    'from which epoch on they are trained after all; `transfer` in the answer tells which layers matched. Projects take turns at the workers; `priority` orders the jobs of this project among themselves.',
  tags: ['Jobs'],
  headers: idempotencyHeaders,
  body: reference(CreateJob),
  response: {
    202: reference(Job, { description: 'Queued' }),
    ...keyedProblems('idempotency_key_reused', 'idempotency_in_progress', ...JOB_PROBLEMS),
  },
};

const config = {
  idempotent: {
    status: 202,
    find: (db: Database, projectId: string, id: string) => db.jobs.get(projectId, id),
    secret: { without: withoutSecret, restore: withSecret },
  } satisfies IdempotentRoute,
};

export const createJob: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/jobs', { schema, config }, async (request, reply) => {
    const { webhook: posted } = request.body;
    const { allowPrivate } = app.webhooks;
    const webhook = posted && { ...posted, url: readReceiverUrl(posted.url, '/webhook/url', allowPrivate) };
    const resolved = await resolveJob(app.db, request.principal.projectId, request.body);
    const forecast = await forecastOf(app, resolved);
    const job = await app.db.jobs.create({ ...resolved, forecast, webhook, idempotency: request.idempotency });
    app.dispatch();
    return reply.code(202).send(job);
  });
};
