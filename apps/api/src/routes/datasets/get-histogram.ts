/** `GET /v1/datasets/{id}/histogram.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pictureSchema, sendPicture } from '../../pictures/send-picture.js';

const schema = {
  operationId: 'getDatasetHistogram',
  summary: 'Look at how many images each class has, by split',
  description: 'For a regression, a histogram of each target.',
  ...pictureSchema,
};

export const getHistogram: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id/histogram.png', { schema, exposeHeadRoute: false }, async (request, reply) =>
    sendPicture(app, request, reply, 'histogram'),
  );
};
