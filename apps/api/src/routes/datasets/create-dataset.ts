/** `POST /v1/datasets` */
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CreateDataset, Dataset, newId, TrainyardError } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { readDatasetForm } from '../../uploads/dataset-form.js';
import { drain } from '../../uploads/drain.js';
import { uploadFolder } from './folders.js';

/** What a form may be longer than its file. */
const FORM_BYTES = 1024 * 1024;

const form = Type.Object({
  file: Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'A zip archive' }),
  ...CreateDataset.properties,
});

const schema = {
  operationId: 'createDataset',
  summary: 'Upload a data set',
  description:
    'Formats: `image_folder` (a zip with one folder a class, or `train/ val/ test/` above those) and `idx` (the four files of MNIST in a zip). ' +
    'The archive is read in the background: poll the data set until its status is `ready` or `failed`. `options` is sent as JSON text.',
  tags: ['Data sets'],
  response: {
    202: reference(Dataset, { description: 'Stored; it is being read' }),
    ...keyedProblems(
      'invalid_multipart',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_request',
      'unavailable',
    ),
  },
};

const config = {
  accepts: ['multipart/form-data'],
  streamedBody: { content: { 'multipart/form-data': { schema: form } } },
};

export const createDataset: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(multipart);
  app.removeContentTypeParser('application/json');

  app.post('/v1/datasets', { schema, config }, async (request, reply) => {
    try {
      return await reply.code(202).send(await receive(app, request));
    } catch (error) {
      drain(request.raw);
      throw error;
    }
  });
};

/** The row is made once the file is whole, so an upload that breaks off leaves neither. */
async function receive(app: FastifyInstance, request: FastifyRequest): Promise<Dataset> {
  if (!request.isMultipart()) throw notMultipart();
  refuseLonger(request, app.maxUploadBytes);
  const id = newId('dataset');
  const sourceKey = `${uploadFolder(id)}/source`;
  try {
    const { fields, bytes } = await readDatasetForm(request, {
      check: (given) => {
        checkInput(request, CreateDataset, given);
        return given as CreateDataset;
      },
      store: async (file) => (await app.store.write(sourceKey, file, { maxBytes: app.maxUploadBytes })).bytes,
    });
    await app.db.datasets.create({ id, projectId: request.principal.projectId, ...fields, sourceKey });
    const dataset = await app.db.datasets.uploaded(id, { bytes });
    app.dispatch();
    return dataset;
  } catch (error) {
    await leaveNothing(app, request, id);
    throw error;
  }
}

async function leaveNothing(app: FastifyInstance, request: FastifyRequest, id: string): Promise<void> {
  const steps = [app.store.removePrefix(uploadFolder(id)), app.db.datasets.discard(id)];
  for (const step of await Promise.allSettled(steps)) {
    if (step.status === 'rejected') request.log.error({ err: step.reason, id }, 'an upload was not cleared away');
  }
}

function notMultipart(): TrainyardError {
  return new TrainyardError(
    'unsupported_media_type',
    'Send Content-Type: multipart/form-data with the archive as `file`.',
  );
}

function refuseLonger(request: FastifyRequest, maxBytes: number): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes + FORM_BYTES) {
    throw new TrainyardError('payload_too_large', `Send an archive of at most ${maxBytes} bytes.`);
  }
}
