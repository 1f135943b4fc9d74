import type { Forecast, Job } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../e2e/service.js';

let service: Service;
let body: { dataset_id: string; model: object; training: object };

beforeAll(async () => {
  service = await Service.start({ serving: false });
  const { id } = await service.dataset('stripes', { classes: ['a', 'b', 'c'], perClass: 60, size: 16 });
  const layers = [
    { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ];
  body = { dataset_id: id, model: { layers }, training: { epochs: 4, batch_size: 8 } };
});

/** On a busy machine the first answer may be that it is not done; the same body waits for the same forecast again. */
function forecastOf(posted: object): Promise<Forecast> {
  const ask = () => service.post<Forecast>('/v1/forecast', posted, 200);
  return ask().catch(ask);
}

describe('a forecast', () => {
  let forecast: Forecast;
  let job: Job;

  it('tells time and memory as ranges, before the job is posted', async () => {
    forecast = await forecastOf(body);
    expect(forecast).toMatchObject({
      object: 'forecast',
      status: 'succeeded',
      dataset_id: body.dataset_id,
      error: null,
      error_of_earlier_forecasts: { jobs: 0, duration: null, memory: null },
    });
    const { figures } = forecast;
    if (!figures) throw new Error('it has no figures');
    for (const { low, likely, high } of [figures.duration_s, figures.memory_bytes]) {
      expect(0 < low && low < likely && likely < high).toBe(true);
    }
    expect(figures).toMatchObject({ device: 'cpu', parts_s: { pack: 0 } });
    expect(figures.measured.steps).toBeGreaterThan(8);
    const { prepare, pack, train, validation, checkpoints, test } = figures.parts_s;
    const sum = prepare + pack + train + validation + checkpoints + test;
    expect(figures.duration_s.likely).toBeCloseTo(sum, 1);
    expect(figures.memory_bytes.likely).toBeGreaterThan(50 * 2 ** 20);
  });

  it('is the same one for the same body, and is found again', async () => {
    const again = await forecastOf({ ...body, name: 'another name' });
    expect(again).toEqual(forecast);
    expect(await service.get(`/v1/forecast/${forecast.id}`)).toEqual(forecast);
  });

  it('goes with the job of that body, which records how far off it was', async () => {
    job = await service.trained(body);
    expect(job).toMatchObject({
      status: 'succeeded',
      forecast: { source: 'measurement', forecast_id: forecast.id, duration_s: forecast.figures?.duration_s },
    });
    const outcome = job.forecast_outcome;
    const { duration_s: duration = 0, memory_bytes: memory = 0 } = outcome ?? {};
    const preparing = job.phases.find(({ status }) => status === 'preparing')?.started_at ?? '';
    const taken = (Date.parse(job.ended_at ?? '') - Date.parse(preparing)) / 1000;
    expect(Math.abs((duration ?? 0) - taken)).toBeLessThan(0.5);
    const likely = job.forecast?.duration_s.likely ?? 0;
    expect(outcome?.duration_error).toBeCloseTo((likely - (duration ?? 0)) / (duration ?? 1), 6);
    expect(memory).toBeGreaterThan(50 * 2 ** 20);
    // Of a process of one kind with the same network: far from it something is wrong.
    expect(Math.abs(outcome?.memory_error ?? 1)).toBeLessThan(0.5);
  });

  it('tells how far off earlier ones were, and tries both phases of a job that unfreezes layers', async () => {
    const other = { ...body, freeze: ['conv2d'], unfreeze: { epoch: 3 } };
    const next = await forecastOf(other);
    expect(next.id).not.toBe(forecast.id);
    expect(next.figures?.measured.seconds).toBeGreaterThan(1.5 * (forecast.figures?.measured.seconds ?? 0));
    expect(next.error_of_earlier_forecasts).toMatchObject({
      jobs: 1,
      duration: expect.closeTo(Math.abs(job.forecast_outcome?.duration_error ?? Number.NaN), 6),
    });
  });

  it('fails at once for a training that is larger than the machine', async () => {
    const layers = [
      { type: 'conv2d', filters: 960, kernel_size: 3 },
      { type: 'global_average_pooling2d' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ];
    const huge = {
      ...body,
      model: { input: { width: 512, height: 512, channels: 1 }, layers },
      training: { batch_size: 120 },
    };
    const { status, figures, error } = await forecastOf(huge);
    expect({ status, figures }).toEqual({ status: 'failed', figures: null });
    expect(error).toMatchObject({
      code: 'out_of_memory',
      message: expect.stringContaining('batch_size of 60 or less'),
    });
  });

  it('is refused where the job would be, and is not there under another id', async () => {
    const wrong = { ...body, training: { epochs: 0 } };
    expect(await service.post('/v1/forecast', wrong, 422)).toMatchObject({ errors: [{ pointer: '/training/epochs' }] });
    await expect(service.get('/v1/forecast/fcst_01k00000000000000000000000')).rejects.toThrow();
  });
});
