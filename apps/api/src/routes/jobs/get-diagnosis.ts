/** `GET /v1/jobs/{id}/diagnosis` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { diagnose } from '@trainyard/analysis';
import { Diagnosis } from '@trainyard/contracts';
import { factsOfJob } from '../../diagnosis/facts-of-job.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'diagnoseJob',
  summary: 'Tell what a job suffers from, and what helps',
  description:
    'During a training and after it. Each verdict has the figures and epochs that it rests on, and remedies whose `apply` is a body ' +
    'for POST /v1/jobs. The likeliest comes first; `explained_by` names the verdict that another one is likely to follow from.',
  tags: ['Jobs'],
  params: IdParams,
  response: { 200: reference(Diagnosis), ...keyedProblems('not_found') },
};

export const getDiagnosis: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/diagnosis', { schema }, async (request) => {
    const { job, facts } = await factsOfJob(app.db, request.principal.projectId, request.params.id);
    return {
      object: 'diagnosis' as const,
      job_id: job.id,
      status: job.status,
      epochs: facts.epochs.length,
      verdicts: diagnose(facts),
    };
  });
};
