/** `GET /v1/jobs/{id}/logs`: a list, or with `Accept: text/plain` all of it as text. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { LIST_LIMIT_DEFAULT, LOG_LEVELS, LOG_LINES_MAX, type LogLine, Strict, Words } from '@trainyard/contracts';
import type { Database, LogFilter } from '@trainyard/db';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LogLineList } from '../../schemas/components.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** Lines are small and there are many of them. */
const LIMIT_MAX = 1000;

const schema = {
  operationId: 'listJobLogs',
  summary: 'List the lines of the log of a job, oldest first, or get all of them as text',
  description:
    'What each attempt at the job did, and why it ended; behind an error, what its process wrote last. With ' +
    `\`Accept: text/plain\` the answer is the whole log behind \`after\`, a line each. The newest ${LOG_LINES_MAX} lines are kept.`,
  tags: ['Jobs'],
  params: IdParams,
  querystring: Strict({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIST_LIMIT_DEFAULT })),
    after: Type.Optional(Type.String({ description: 'The `next_cursor` of the page before: the `seq` of a line' })),
    attempt: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 0x7fffffff, description: 'Lines of one attempt alone' }),
    ),
    level: Type.Optional(Words(LOG_LEVELS, { description: 'Lines of this level and of graver ones' })),
  }),
  response: {
    200: {
      description: 'A page of lines, or the text',
      content: {
        'application/json': { schema: reference(LogLineList) },
        'text/plain': { schema: Type.String() },
      },
    },
    ...keyedProblems('not_found', 'invalid_request'),
  },
};

export const listLogs: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/:id/logs', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { projectId } = request.principal;
    const { id } = request.params;
    if (!wantsText(request)) return app.db.jobLogs.list(projectId, id, request.query);
    const { limit: _, after, ...filter } = request.query;
    return sendText(reply, pagesOf(app.db, { projectId, id, after, filter }));
  });
};

/** What is wrong with the request is answered as a problem, before the text begins. */
async function sendText(reply: FastifyReply, pages: ReturnType<typeof pagesOf>): Promise<FastifyReply> {
  const first = await pages.next();
  return reply.type('text/plain; charset=utf-8').send(Readable.from(textOf(first.value ?? [], pages)));
}

/** Some clients name both types with every request: they get the list. */
function wantsText({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const accepted = headers.accept?.toLowerCase() ?? '';
  return accepted.includes('text/plain') && !accepted.includes('application/json');
}

async function* pagesOf(
  db: Pick<Database, 'jobLogs'>,
  { projectId, id, after, filter }: { projectId: string; id: string; after: string | undefined; filter: LogFilter },
): AsyncGenerator<LogLine[], undefined, void> {
  for (let cursor: string | null | undefined = after; cursor !== null; ) {
    const page = { limit: LIMIT_MAX, ...(cursor === undefined ? {} : { after: cursor }), ...filter };
    const { data, next_cursor }: { data: LogLine[]; next_cursor: string | null } = await db.jobLogs.list(
      projectId,
      id,
      page,
    );
    yield data;
    cursor = next_cursor;
  }
}

async function* textOf(first: LogLine[], rest: AsyncIterable<LogLine[]>): AsyncGenerator<string, void, void> {
  if (first.length > 0) yield first.map(toText).join('');
  for await (const lines of rest) yield lines.map(toText).join('');
}

/** `2026-11-22T21:00:00.123Z 2 warning The job is …`: time, attempt, level, message. */
function toText({ at, attempt, level, message }: LogLine): string {
  return `${at} ${attempt} ${level} ${message}\n`;
}
