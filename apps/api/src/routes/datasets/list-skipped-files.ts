/** `GET /v1/datasets/{id}/skipped` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  LIST_LIMIT_DEFAULT,
  ListQuery,
  SKIP_KINDS,
  type SkippedFile,
  type SkippedFileItem,
  Strict,
} from '@trainyard/contracts';
import { Type } from 'typebox';
import { readLinePage } from '../../datasets/read-lines.js';
import { SkippedFileList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';
import { skippedFiles } from './folders.js';

const schema = {
  operationId: 'listSkippedFiles',
  summary: 'List the files of the upload that are not used',
  description:
    'All of them, in the order in which they were met, each with the reason and what can be done about it; the warnings of the ' +
    'data set have the first few alone. Those of a parent are listed there. One that failed because of them has the list too.',
  tags: ['Data sets'],
  params: IdParams,
  querystring: Strict({
    limit: ListQuery.properties.limit,
    after: Type.Optional(Type.String({ description: 'The `next_cursor` of the page before' })),
  }),
  response: {
    200: reference(SkippedFileList),
    ...keyedProblems('not_found', 'dataset_not_ready', 'invalid_request'),
  },
};

export const listSkippedFiles: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/datasets/:id/skipped', { schema }, async (request) => {
    const { projectId } = request.principal;
    const { id, status } = await app.db.datasets.get(projectId, request.params.id);
    const key = skippedFiles(id);
    const isListed = status === 'failed' && (await app.store.stat(key)) !== null;
    if (!isListed) await app.db.datasets.content(projectId, id);
    const { limit = LIST_LIMIT_DEFAULT, after } = request.query;
    const page = await readLinePage(app.store, key, { limit, after });
    return { ...page, data: page.data.map((line) => toItem(line as SkippedFile)) };
  });
};

function toItem({ file, reason, code }: SkippedFile): SkippedFileItem {
  return { file, code, reason, remedy: SKIP_KINDS[code].remedy };
}
