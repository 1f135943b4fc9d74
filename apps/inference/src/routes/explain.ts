/** `POST /v1/endpoints/{id or name}/explain` */
import {
  type ExplainedImage,
  ExplainQuery,
  type ExplainRequest,
  type Explanation,
  outputNames,
  TrainyardError,
} from '@trainyard/contracts';
import type { ServedEndpoint } from '@trainyard/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerFormOf } from '../endpoints/answer-form.js';
import { findEndpoint, servedBy } from '../endpoints/asked-endpoint.js';
import type { Answer, EndpointService } from '../endpoints/endpoint-service.js';
import type { ModelPool } from '../models/model-pool.js';
import { answeredBy } from './answered-by.js';
import { ACCEPTED, acceptPredictInput, readPredictInput, refuseTooLarge } from './predict-input.js';

export interface ExplainRouteOptions {
  service: EndpointService;
  pool: Pick<ModelPool, 'explain'>;
}

interface ExplainRoute {
  Params: { endpoint: string };
  Querystring: ExplainQuery;
}

export async function explainRoute(app: FastifyInstance, { service, pool }: ExplainRouteOptions): Promise<void> {
  await acceptPredictInput(app);
  const options = {
    onRequest: [findEndpoint(service), refuseTooLarge],
    schema: { querystring: ExplainQuery },
    config: { accepts: ACCEPTED },
  };
  app.post<ExplainRoute>('/v1/endpoints/:endpoint/explain', options, async (request, reply) => {
    const served = servedBy(request);
    const { class: named, layer = null, overlay = false } = request.query;
    const output = named === undefined ? null : outputOf(named, served);
    const { labels } = answerFormOf(served);
    const isPicture = wantsPicture(request);
    const picture = isPicture || overlay ? { labels: [...labels] } : null;
    const input = await readPredictInput(request);
    const startedAt = performance.now();
    const asked: ExplainRequest = { input, output, layer, picture };
    const answer = await service.ask(served, (model) => pool.explain(model, asked));
    const { picture: png } = answer.answer;
    if (isPicture && png) return reply.type('image/png').header('vary', 'accept').send(Buffer.from(png));
    const waited_ms = performance.now() - startedAt;
    reply.header('vary', 'accept');
    return toExplanation(answer, { waited_ms, total_ms: reply.elapsedTime });
  });
}

/** `format` says it; without it, `Accept` where it names PNG and not JSON. */
function wantsPicture({ query, headers }: FastifyRequest<ExplainRoute>): boolean {
  if (query.format !== undefined) return query.format === 'png';
  const { accept = '' } = headers;
  return /\bimage\/(png|\*)/i.test(accept) && !/\bapplication\/(json|\*)/i.test(accept);
}

/** By the name that is shown, by that of the data set, or by its place from 0. Throws `invalid_request`. */
function outputOf(named: string, served: ServedEndpoint): number {
  const { labels } = answerFormOf(served);
  const names = outputNames(served.model.dataset);
  for (const place of [labels.indexOf(named), names.indexOf(named)]) if (place !== -1) return place;
  if (/^\d{1,9}$/.test(named) && Number(named) < labels.length) return Number(named);
  const shown = labels.slice(0, NAMES_SHOWN).join(', ');
  const detail = `Expected one of ${labels.length} classes, by its name or its place from 0: ${shown}${labels.length > NAMES_SHOWN ? ', …' : ''}; received ${JSON.stringify(named.slice(0, 100))}.`;
  throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/class', detail }] });
}

const NAMES_SHOWN = 20;

function toExplanation(
  answered: Answer<ExplainedImage>,
  { waited_ms, total_ms }: { waited_ms: number; total_ms: number },
): Explanation {
  const { served, model, answer } = answered;
  const { output, value, layer, image, region, picture, preprocess_ms, compute_ms } = answer;
  const queue_ms = Math.max(0, waited_ms - preprocess_ms - compute_ms);
  return {
    class: answerFormOf(served).labels[output],
    ...(model.dataset.task === 'regression' ? { value } : { probability: value }),
    layer,
    matrix: rowsOf(answer),
    image,
    region,
    ...(picture ? { overlay: `data:image/png;base64,${Buffer.from(picture).toString('base64')}` } : {}),
    ...answeredBy(answered, { queue_ms, preprocess_ms, compute_ms, total_ms }),
  };
}

function rowsOf({ rows, columns, heat }: Pick<ExplainedImage, 'rows' | 'columns' | 'heat'>): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from(heat.subarray(row * columns, (row + 1) * columns)));
}
