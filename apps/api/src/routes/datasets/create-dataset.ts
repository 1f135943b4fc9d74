/** `POST /v1/datasets` */
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateDataset, Dataset } from '@trainyard/contracts';
import { idempotencyHeaders } from '../../idempotency/idempotent-route.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { datasetBody, idempotentDataset, receiveDataset } from '../../uploads/receive-dataset.js';

const schema = {
  operationId: 'createDataset',
  summary: 'Upload a data set',
  description:
    'Formats: `image_folder` (an archive with one folder a class, or `train/ val/ test/` above those), `idx` (the four files of MNIST in an archive), ' +
    '`cifar_binary` (the .bin files of CIFAR-10 or CIFAR-100), `npz` (NumPy arrays of images and labels), `csv` (pixels and a label in each row, or file names ' +
    'and labels beside the images) and `parquet` (images or pixels and labels, as on Hugging Face). ' +
    'The upload is read in the background: poll the data set until its status is `ready` or `failed`. In a form `options` is sent as JSON text. ' +
    'As JSON, `upload_id` names a resumable upload, which becomes the data set without being copied; it is used once.',
  tags: ['Data sets'],
  headers: idempotencyHeaders,
  response: {
    202: reference(Dataset, { description: 'Stored; it is being read' }),
    ...keyedProblems(
      'idempotency_key_reused',
      'idempotency_in_progress',
      'not_found',
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

const config = {
  ...datasetBody(CreateDataset),
  idempotent: idempotentDataset,
};

export const createDataset: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart);

  app.post('/v1/datasets', { schema, config }, async (request, reply) =>
    reply.code(202).send(await receiveDataset(app, request)),
  );
};
