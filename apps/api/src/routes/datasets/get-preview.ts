/** `GET /v1/datasets/{id}/preview.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pictureSchema, sendPicture } from '../../pictures/send-picture.js';

const schema = {
  operationId: 'getDatasetPreview',
  summary: 'Look at a data set: a contact sheet',
  description:
    'A row for each class, with its name, its counts and some of its images, marked by split; of many classes the most and ' +
    'the least frequent. For a regression, images by rising target.',
  ...pictureSchema,
};

export const getPreview: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id/preview.png', { schema, exposeHeadRoute: false }, async (request, reply) =>
    sendPicture(app, request, reply, 'preview'),
  );
};
