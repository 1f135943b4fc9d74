/** `GET /v1/evaluations/{id}/mistakes` and `…/label-errors` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  type EvaluatedImage,
  EvaluatedImagesQuery,
  type EvaluationResult,
  LIST_LIMIT_DEFAULT,
  type ShownEvaluatedImage,
} from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { endedEvaluation } from '../../evaluations/ended-evaluation.js';
import { readEvaluatedPixels } from '../../evaluations/read-pixels.js';
import { IMMUTABLE } from '../../pictures/send-picture.js';
import { EvaluatedImageList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** The longer side of a thumbnail, at most. */
const SIDE = 128;

const LISTS = [
  {
    path: 'mistakes',
    operationId: 'listEvaluationMistakes',
    summary: 'Look at the worst mistakes of a model',
    description:
      'Up to 50 images, the one with the greatest loss first; of a regression those with the greatest errors.',
    of: ({ mistakes }: EvaluationResult) => mistakes,
  },
  {
    path: 'label-errors',
    operationId: 'listEvaluationLabelErrors',
    summary: 'Look at images whose labels are probably wrong',
    description:
      'Up to 50 images, the most suspect first, by confident learning (Northcutt et al., 2021). Of images that the ' +
      'model was trained on it finds less.',
    of: ({ label_errors }: EvaluationResult) => label_errors?.images ?? [],
  },
] as const;

export const listEvaluatedImages: FastifyPluginAsyncTypebox = async (app) => {
  for (const { path, of, ...described } of LISTS) {
    const schema = {
      ...described,
      tags: ['Evaluations'],
      params: IdParams,
      querystring: EvaluatedImagesQuery,
      response: {
        200: reference(EvaluatedImageList),
        ...keyedProblems('not_found', 'conflict', 'invalid_request', 'overloaded'),
      },
    };
    app.get(`/v1/evaluations/:id/${path}`, { schema, exposeHeadRoute: false }, async (request, reply) => {
      const { limit = LIST_LIMIT_DEFAULT, after } = request.query;
      const { id } = request.params;
      const images = of(await endedEvaluation(app, request.principal.projectId, id));
      const start = after === undefined ? 0 : images.findIndex(({ index }) => index === after) + 1;
      const page = images.slice(start, start + limit);
      const hasMore = start + page.length < images.length;
      const data = page.length > 0 ? await withThumbnails(app, id, page) : [];
      reply.header('cache-control', IMMUTABLE);
      return {
        object: 'list' as const,
        data,
        has_more: hasMore,
        next_cursor: hasMore ? String(page[page.length - 1].index) : null,
      };
    });
  }
};

async function withThumbnails(
  app: FastifyInstance,
  id: string,
  images: readonly EvaluatedImage[],
): Promise<ShownEvaluatedImage[]> {
  const thumbnails = await app.pictures.draw(async () => {
    return { kind: 'thumbnails', side: SIDE, ...(await readEvaluatedPixels(app, id, images)) };
  });
  return images.map((image, place) => {
    return { ...image, thumbnail: `data:image/png;base64,${Buffer.from(thumbnails[place]).toString('base64')}` };
  });
}
