/** `GET /v1/checkpoints/{id}/certificate` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Certificate, CheckpointExport } from '@trainyard/contracts';
import { exportOf, showExport } from '../../exports/exported-checkpoint.js';
import { RETRY_AFTER_S } from '../../look-inside/analysed-checkpoint.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'getCheckpointCertificate',
  summary: 'Get how exactly the exported file answers what the service answers',
  description:
    'The parity certificate of the ONNX file: on which images it was run, how far its answers were from those of ' +
    'endpoints and of the training, and the digests of what it was made from. Asking makes the file. `agrees` is false ' +
    'where a difference is beyond its tolerance; then no file is given out.',
  tags: ['Checkpoints'],
  params: IdParams,
  response: {
    200: reference(Certificate),
    202: reference(CheckpointExport, { description: 'It is still made: ask again' }),
    ...keyedProblems('not_found', 'conflict', 'checkpoint_corrupt', 'training_diverged', 'out_of_memory'),
  },
};

export const getCertificate: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/checkpoints/:id/certificate', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params;
    const exported = await exportOf(app, request.principal.projectId, id);
    const { result, analysis } = exported;
    if (result === null) return reply.code(202).header('retry-after', RETRY_AFTER_S).send(showExport(exported));
    return reply.code(200).send({
      id: analysis.id,
      checkpoint_id: id,
      object: 'certificate',
      ...result.certificate,
      file: result.file,
      created_at: analysis.createdAt.toISOString(),
    });
  });
};
