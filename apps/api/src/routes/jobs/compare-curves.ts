/** `GET /v1/jobs/compare.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type EpochMetrics, type Job, Strict } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { hue, type LineSeries } from '@trainyard/pictures';
import { Type } from 'typebox';
import { ComparedIds, comparedJobs } from '../../comparison/compared-jobs.js';
import type { ChartOrder } from '../../pictures/picture-orders.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { keyedProblems } from '../../schemas/problems.js';

/** Epochs that are read at once. */
const PAGE = 1000;
const NAME_CHARACTERS_MAX = 28;

const schema = {
  operationId: 'compareJobCurves',
  summary: 'Look at the curves of jobs together',
  description: 'A line for each job over its epochs: solid on the validation split, dashed on the train split.',
  tags: ['Jobs'],
  querystring: Strict({
    ids: ComparedIds,
    metric: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        default: 'loss',
        description: 'Its name in the metrics of the epochs',
      }),
    ),
  }),
  response: { 200: pngResponse, ...keyedProblems('not_found', 'invalid_request', 'overloaded') },
};

export const compareCurves: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/v1/jobs/compare.png', { schema }, async (request, reply) => {
    const { projectId } = request.principal;
    const { ids, metric = 'loss' } = request.query;
    const jobs = await comparedJobs(app.db, projectId, ids);
    const series = (await Promise.all(jobs.map((job, i) => seriesOf(app.db, projectId, job, i, metric)))).flat();
    const order: ChartOrder = {
      kind: 'chart',
      chart: {
        type: 'line',
        title: `${metric}: solid on the validation split, dashed on the train split`,
        xLabel: 'epoch',
        yLabel: metric,
        series,
      },
    };
    const [picture] = await app.pictures.draw(async () => order);
    return reply.type('image/png').send(picture);
  });
};

async function seriesOf(
  db: Database,
  projectId: string,
  job: Job,
  place: number,
  metric: string,
): Promise<LineSeries[]> {
  const rows = await epochsOf(db, projectId, job.id);
  const pointsOf = (split: 'train' | 'validation') =>
    rows.flatMap((row): [number, number][] => {
      const value = row[split]?.[metric];
      return value === undefined ? [] : [[row.epoch, value]];
    });
  const colour = hue(place);
  const [train, validation] = [pointsOf('train'), pointsOf('validation')];
  // Of a job without a validation split the dashed line is all there is.
  return [
    { name: validation.length > 0 ? nameOf(job) : '', points: validation, colour },
    { name: validation.length > 0 ? '' : nameOf(job), points: train, colour, dashed: true },
  ];
}

function nameOf({ id, name }: Job): string {
  return name === null ? `…${id.slice(-6)}` : name.slice(0, NAME_CHARACTERS_MAX);
}

async function epochsOf(db: Database, projectId: string, jobId: string): Promise<EpochMetrics[]> {
  const rows: EpochMetrics[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = { resolution: 'epoch' as const, limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { data, next_cursor } = await db.metrics.list(projectId, jobId, page);
    rows.push(...data.filter((row): row is EpochMetrics => 'train' in row));
    after = next_cursor;
  }
  return rows;
}
