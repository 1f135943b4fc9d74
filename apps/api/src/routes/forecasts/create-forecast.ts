/** `POST /v1/forecast` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateJob, Forecast } from '@trainyard/contracts';
import { forecastRequest, MEASURED_WITHIN_MS, showForecast } from '../../forecasts/forecasts.js';
import { resolveJob } from '../../jobs/resolve-job.js';
import { JOB_PROBLEMS, keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const WAIT_MS = 20_000;
const RETRY_AFTER_S = '2';

const schema = {
  operationId: 'createForecast',
  summary: 'Forecast the time and memory of a job',
  description:
    'The body is that of `POST /v1/jobs`, and refused as there. A worker compiles the training and tries it for some ' +
    'seconds; the answer waits for that, for up to 20 s. The same body within ten minutes is the same forecast, so no ' +
    '`Idempotency-Key` is needed. A job that is then posted with this body carries the forecast, and, when it has ' +
    'succeeded, how far off it was.',
  tags: ['Jobs'],
  body: reference(CreateJob),
  response: {
    200: reference(Forecast, { description: 'It has ended: `succeeded`, or `failed`, for example for want of memory' }),
    202: reference(Forecast, { description: 'It is not done: ask for it again at `Location`' }),
    ...keyedProblems(...JOB_PROBLEMS),
  },
};

export const createForecast: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/v1/forecast', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const job = await resolveJob(app.db, projectId, request.body);
    const asked = await app.analyses.request({
      projectId,
      kind: 'forecast',
      request: await forecastRequest(app, job),
      datasetId: job.datasetId,
      maxAgeMs: MEASURED_WITHIN_MS,
    });
    const analysis = await app.analyses.wait(asked, WAIT_MS);
    const forecast = await showForecast(app, analysis);
    reply.header('location', `/v1/forecast/${analysis.id}`);
    if (forecast.ended_at !== null) return reply.code(200).send(forecast);
    return reply.code(202).header('retry-after', RETRY_AFTER_S).send(forecast);
  });
};
