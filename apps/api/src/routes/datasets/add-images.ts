/** `POST /v1/datasets/{id}/images` */
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateDataset, Dataset, type FieldError, ReviseDataset, TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { drain } from '../../uploads/drain.js';
import { datasetBody, idempotentDataset, receiveDataset } from '../../uploads/receive-dataset.js';
import { isRevision, reviseDataset } from '../../uploads/revise-dataset.js';

const schema = {
  operationId: 'addImages',
  summary: 'Add images to a data set, as a new version of it',
  description:
    'A data set never changes once it is ready: this makes another one, with the images of both. `parent_id` says which one it ' +
    'goes on from, and `version` is one more than its. Images of the parent keep their splits, and their files are shared. The ' +
    'upload may have any format. The options are those of the parent, but for the ones that are given; `image` and `task` are ' +
    'always those of the parent. Without an upload, `{"options": {"leaks": "drop"}}` makes a version in which no image is, or ' +
    'nearly is, in two splits.',
  tags: ['Data sets'],
  params: IdParams,
  headers: idempotencyHeaders,
  response: {
    202: reference(Dataset, { description: 'Stored; it is being read' }),
    ...keyedProblems(
      'not_found',
      'dataset_not_ready',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'conflict',
      'invalid_json',
      'invalid_multipart',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
      'unavailable',
      'storage_full',
    ),
  },
};

const { accepts, streamedBody } = datasetBody(CreateDataset);
const json = { schema: Type.Union([streamedBody.content['application/json'].schema, ReviseDataset]) };

const config = {
  accepts,
  streamedBody: { content: { ...streamedBody.content, 'application/json': json } },
  idempotent: idempotentDataset,
};

export const addImages: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart);

  app.post('/v1/datasets/:id/images', { schema, config }, async (request, reply) => {
    const parentId = request.params.id;
    await requireParent(app, request, parentId);
    const dataset = isRevision(request)
      ? await reviseDataset(app, request, parentId)
      : await receiveDataset(app, request, { parentId }, refuseFixed);
    return reply.code(202).send(dataset);
  });
};

/** Before anything is read of the request. Whether the parent is still there once the upload begins, its row says. */
async function requireParent(app: FastifyInstance, request: FastifyRequest, id: string): Promise<void> {
  try {
    await app.db.datasets.content(request.principal.projectId, id);
  } catch (error) {
    drain(request.raw);
    throw error;
  }
}

const FIXED = {
  image: 'A version keeps the image size of its parent; a job packs whichever size its model has. Leave it out.',
  task: 'A version keeps the task of its parent. Leave it out, or upload a data set of its own.',
} as const;

function refuseFixed({ options = {} }: CreateDataset): void {
  const errors: FieldError[] = (['image', 'task'] as const)
    .filter((name) => options[name] !== undefined)
    .map((name) => ({ pointer: `/options/${name}`, detail: FIXED[name] }));
  if (errors.length === 0) return;
  throw new TrainyardError('invalid_request', 'Correct the options as "errors" says and send it again.', { errors });
}
