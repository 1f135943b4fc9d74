/** `GET /v1/datasets/{id}/samples` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  type GallerySample,
  LIST_LIMIT_DEFAULT,
  ListQuery,
  type ShownSample,
  SPLITS,
  Strict,
  Words,
} from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { filterSamples, namedLabel } from '../../pictures/filter-samples.js';
import { type Gallery, readGallery, readPixels } from '../../pictures/gallery.js';
import { IMMUTABLE } from '../../pictures/send-picture.js';
import { DatasetSampleList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** The longer side of a thumbnail, at most. */
const SIDE = 128;

const schema = {
  operationId: 'listDatasetSamples',
  summary: 'Look at images of a data set',
  description:
    'Up to 1,000 images, spread over splits and classes, in the order of the data set; fewer where they are large.',
  tags: ['Data sets'],
  params: IdParams,
  querystring: Strict({
    split: Type.Optional(Words(SPLITS)),
    class: Type.Optional(Type.String({ description: 'The name of a class or label' })),
    limit: ListQuery.properties.limit,
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'The `next_cursor` of the page before: the `index` of an image' }),
    ),
  }),
  response: {
    200: reference(DatasetSampleList),
    ...keyedProblems('not_found', 'dataset_not_ready', 'invalid_request', 'overloaded'),
  },
};

export const listSamples: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id/samples', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { limit = LIST_LIMIT_DEFAULT, after = -1, ...filter } = request.query;
    const gallery = await readGallery(app, request.principal.projectId, request.params.id);
    const behind = filterSamples(gallery.index, filter).filter(({ index }) => index > after);
    const page = behind.slice(0, limit);
    const data = page.length > 0 ? await withThumbnails(app, gallery, page) : [];
    const hasMore = behind.length > page.length;
    reply.header('cache-control', IMMUTABLE);
    return {
      object: 'list' as const,
      data,
      has_more: hasMore,
      next_cursor: hasMore ? String(page[page.length - 1].index) : null,
    };
  });
};

async function withThumbnails(
  { pictures, store }: FastifyInstance,
  gallery: Gallery,
  samples: readonly GallerySample[],
): Promise<ShownSample[]> {
  const { image } = gallery.index;
  const thumbnails = await pictures.draw(async () => {
    return { kind: 'thumbnails', image, side: SIDE, pixels: await readPixels({ store }, gallery, samples) };
  });
  return samples.map((sample, place) => {
    const { index, place: row, file, split, width, height } = sample;
    const thumbnail = `data:image/png;base64,${Buffer.from(thumbnails[place]).toString('base64')}`;
    return { index, place: row, file, split, ...namedLabel(gallery.index, sample), width, height, thumbnail };
  });
}
