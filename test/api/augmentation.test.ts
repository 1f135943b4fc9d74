// What a job says of its augmentation, and which are refused.
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { SMALL_NET } from './networks.js';
import { expectPointers } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** Grey images of 8×8. */
let datasetId: string;
beforeAll(async () => {
  api = await createTestApi();
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
});

const COLOUR_NET = { input: { width: 8, height: 8, channels: 3 }, ...SMALL_NET };
const train = (model: object, training: object) =>
  api.member.post('/v1/jobs', { dataset_id: datasetId, model, training });

describe('POST /v1/jobs with an augmentation', () => {
  it('202, and the job says what it does', async () => {
    const { body } = await train(SMALL_NET, { augmentation: { rotation: 10, erasing: {} } }).expect(202);
    const { augmentation } = body.training;
    expect(augmentation).toMatchObject({ rotation: 10, erasing: { probability: 0.5 }, zoom: [1, 1], mixup: null });
    const again = await train(SMALL_NET, { augmentation }).expect(202);
    expect(again.body.training).toEqual(body.training);
    expect((await train(SMALL_NET, {}).expect(202)).body.training.augmentation).toBeNull();
  });

  it('202 with the standard one for the images that the model takes', async () => {
    const grey = await train(SMALL_NET, { augmentation: 'standard' }).expect(202);
    expect(grey.body.training.augmentation).toMatchObject({ horizontal_flip: false, saturation: 0 });
    const colour = await train(COLOUR_NET, { augmentation: 'standard' }).expect(202);
    expect(colour.body.training.augmentation).toMatchObject({ horizontal_flip: true, saturation: 0.1 });
  });

  it.each<[string, object, string[]]>([
    ['another word', { augmentation: 'strong' }, ['/training/augmentation']],
    ['a field that is none', { augmentation: { flip: true } }, ['/training/augmentation/flip']],
    ['an angle below zero', { augmentation: { rotation: -1 } }, ['/training/augmentation/rotation']],
    ['a range the wrong way round', { augmentation: { zoom: [2, 1] } }, ['/training/augmentation/zoom']],
    ['colours of grey images', { augmentation: { hue: 0.1 } }, ['/training/augmentation/hue']],
    ['mixing of one', { batch_size: 1, augmentation: { mixup: {} } }, ['/training/augmentation/mixup']],
  ])('422 for %s, before there is a job too', async (_, training, pointers) => {
    expectPointers(await train(SMALL_NET, training), 'invalid_request', pointers);
    const body = { dataset_id: datasetId, spec: SMALL_NET, training };
    expectPointers(await api.member.post('/v1/models/validate', body), 'invalid_request', pointers);
  });
});
