// Evaluations as a client asks for them: a whole Trainyard, and networks that it has trained.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation, EvaluationResult, Job, List, ShownEvaluatedImage } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../e2e/service.js';
import { createTestFolder, TEST_KEY } from '../setup/index.js';
import { className, folders, network, type Shade, shades, TRAINING } from './pictures.js';

const CLASSES = ['bright', 'dark', 'middle'];

let service: Service;
let job: Job;

beforeAll(async () => {
  service = await Service.start({ serving: false });
  const dataset = await service.upload('shades', await folders(shades(240, 1), className), {
    split: { train: 0.5, validation: 0.25, test: 0.25 },
  });
  const training = { ...TRAINING, metrics: ['accuracy', 'f1', 'auc'] };
  job = await service.trained({ dataset_id: dataset.id, model: network('softmax'), training });
  expect(job.error).toBeNull();
});

async function evaluated(body: object): Promise<Evaluation> {
  const { id, status } = await service.post<Evaluation>('/v1/evaluations', body, 202);
  expect(['queued', 'running', 'succeeded']).toContain(status);
  return service.settled<Evaluation>(`/v1/evaluations/${id}`, ['queued', 'running']);
}

function resultOf({ result, error }: Evaluation): EvaluationResult {
  if (result) return result;
  throw new Error(`The evaluation has no result: ${JSON.stringify(error)}`);
}

async function refused(body: object): Promise<{ detail: string; errors: { pointer: string }[] }> {
  return service.post('/v1/evaluations', { job_id: job.id, ...body }, 422);
}

describe('the evaluation of a job', () => {
  it('is made when it is first asked for, and has the figures that the training ended with', async () => {
    const evaluation = await service.get<Evaluation>(`/v1/jobs/${job.id}/evaluation`);
    expect(evaluation).toMatchObject({
      object: 'evaluation',
      status: 'succeeded',
      checkpoint_id: job.best?.checkpoint_id,
      job_id: job.id,
      dataset_id: job.dataset_id,
      split: 'test',
      progress: 1,
      error: null,
    });
    const result = resultOf(evaluation);
    expect(result).toMatchObject({ task: 'multiclass', split: 'test', names: CLASSES });
    expect(result.metrics).toEqual(job.result?.test);
    expect(result.accuracy?.value).toBeCloseTo(result.metrics.accuracy, 12);
    expect(result.accuracy?.low).toBeLessThan(result.metrics.accuracy);
    expect(result.averages?.macro.f1).toBeCloseTo(result.metrics.f1, 12);
    expect(result.roc?.macro).toBeCloseTo(result.metrics.auc, 12);
    expect(result.confusion?.flat().reduce((sum, count) => sum + count)).toBe(result.count);
    expect(result.per_class?.map(({ support }) => support)).toEqual(
      result.confusion?.map((row) => row.reduce((sum, count) => sum + count)),
    );
    expect(result.calibration?.bins.reduce((sum, { count }) => sum + count, 0)).toBe(result.count);

    expect((await service.get<Evaluation>(`/v1/jobs/${job.id}/evaluation`)).id).toBe(evaluation.id);
    expect((await evaluated({ checkpoint_id: job.best?.checkpoint_id, split: 'test' })).id).toBe(evaluation.id);
    const { data } = await service.get<List<Evaluation>>(`/v1/evaluations?job_id=${job.id}`);
    expect(data.map(({ id }) => id)).toContain(evaluation.id);
    expect(data[0]).not.toHaveProperty('result');
  });

  it('has pictures of its figures', async () => {
    const evaluation = await evaluated({ job_id: job.id, temperature_scaling: true });
    const paths = Object.values(evaluation.pictures);
    expect(Object.keys(evaluation.pictures)).toEqual([
      'confusion',
      'roc',
      'precision-recall',
      'reliability',
      'mistakes',
      'label-errors',
    ]);
    const drawn = await Promise.all(paths.map((path) => service.picture(path)));
    expect(new Set(drawn.map((png) => createHash('sha256').update(png).digest('hex'))).size).toBe(paths.length);
    for (const png of drawn) expect(png.length).toBeGreaterThan(2_000);
    const { temperature_scaling: scaling, calibration } = resultOf(evaluation);
    expect(scaling?.fitted_on).toMatchObject({ split: 'validation', count: 60 });
    expect(scaling?.fitted_on.log_loss_after).toBeLessThanOrEqual(scaling?.fitted_on.log_loss_before ?? 0);
    expect(scaling?.calibration.log_loss).not.toBe(calibration?.log_loss);
  });
});

describe('another data set', () => {
  /** Every tenth picture of these is in the wrong one of the two folders. */
  const isPlanted = (file: string) => Number(/(\d+)\.png/.exec(file)?.[1]) % 10 === 0;
  const nameOf = (shade: Shade, index: number) => {
    const name = className(shade);
    if (name === 'bright') return null;
    if (!isPlanted(`${index}.png`)) return name;
    return name === 'dark' ? 'middle' : 'dark';
  };
  let evaluation: Evaluation;

  it('is evaluated on with its classes matched by name', async () => {
    const archive = await folders(shades(90, 2), nameOf);
    const dataset = await service.upload('others', archive, { split: { train: 1, validation: 0, test: 0 } });
    expect(dataset).toMatchObject({ status: 'ready', classes: ['dark', 'middle'] });
    evaluation = await evaluated({ job_id: job.id, dataset_id: dataset.id, split: 'train' });
    const result = resultOf(evaluation);
    expect(result).toMatchObject({ split: 'train', count: dataset.counts?.total, names: CLASSES });
    const { dark, middle } = dataset.counts?.train.classes ?? {};
    expect(result.per_class?.map(({ support }) => support)).toEqual([0, dark, middle]);
    expect(result.accuracy?.value).toBeGreaterThan(0.75);
    expect(result.per_class?.[0].roc_auc).toBeNull();
    expect((await refused({ dataset_id: dataset.id })).errors).toMatchObject([{ pointer: '/split' }]);
  });

  it('shows its wrong labels and the worst mistakes with their images', async () => {
    const path = `/v1/evaluations/${evaluation.id}`;
    const { data } = await service.get<List<ShownEvaluatedImage>>(`${path}/label-errors?limit=50`);
    const planted = data.filter(({ file }) => isPlanted(file));
    expect(planted.length).toBeGreaterThanOrEqual(4);
    expect(planted.length / data.length).toBeGreaterThan(0.6);
    expect(data[0].predicted).not.toBe(data[0].label);

    const first = await service.get<List<ShownEvaluatedImage>>(`${path}/mistakes?limit=2`);
    expect(first).toMatchObject({ has_more: true, next_cursor: String(first.data[1].index) });
    const next = await service.get<List<ShownEvaluatedImage>>(`${path}/mistakes?limit=2&after=${first.next_cursor}`);
    const scores = [...first.data, ...next.data].map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const [, image] = /^data:image\/png;base64,(.+)$/.exec(first.data[0].thumbnail) ?? [];
    expect(
      Buffer.from(image ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('is asked for with the lines of the documentation', async (context) => {
    if (spawnSync('curl', ['--version']).error) context.skip('there is no curl here');
    const folder = createTestFolder();
    const variables = { JOB: job.id, EVALUATION: evaluation.id, OTHER: evaluation.dataset_id };
    const env = { ...process.env, ...variables, TRAINYARD: service.address, KEY: TEST_KEY };
    const document = await readFile(new URL('../../docs/evaluation.md', import.meta.url), 'utf8');
    const outputs = await Promise.all(
      [...document.matchAll(/```sh\n([^`]+)```/g)].map(async ([, lines]) => {
        const shell = spawn('sh', ['-e', '-c', lines], { cwd: folder, env });
        return Buffer.concat(await shell.stdout.toArray()).toString();
      }),
    );
    const picture = await readFile(join(folder, 'confusion.png'));
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    const answers = outputs.filter((text) => text !== '').map((text): Evaluation => JSON.parse(text));
    expect(answers.map(({ object, split }) => `${object} ${split}`)).toEqual([
      'evaluation test',
      'evaluation validation',
      'evaluation train',
    ]);
    expect(answers[2].id).toBe(evaluation.id);
  });

  it('is refused where it has classes that the model does not have', async () => {
    const named = await folders(shades(12, 3), (shade) => (shade.value < 0.5 ? 'dark' : 'pale'));
    const dataset = await service.upload('strange', named, { split: { train: 0.5, validation: 0, test: 0.5 } });
    const { detail, errors } = await refused({ dataset_id: dataset.id });
    expect(detail).toContain('"pale"');
    expect(errors).toMatchObject([{ pointer: '/dataset_id' }]);
  });

  it('needs one checkpoint, of a job that there is', async () => {
    const both = { checkpoint_id: job.best?.checkpoint_id, job_id: job.id };
    expect(await service.post('/v1/evaluations', both, 422)).toMatchObject({ status: 422 });
    const none = { job_id: `job_${'0'.repeat(26)}` };
    expect(await service.post('/v1/evaluations', none, 404)).toMatchObject({ status: 404 });
  });
});
