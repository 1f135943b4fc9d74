import { beforeAll, describe, expect, it } from 'vitest';
import { buildImageFolderZip } from '../../fixtures/index.js';
import { datasetThat, readyDataset, type Trainyard, upload } from '../trainyard.js';
import { oneWorker } from './shared.js';

let trainyard: Trainyard;

beforeAll(async () => {
  ({ trainyard } = await oneWorker());
});

describe('an uploaded data set', () => {
  it('is read by a child of the worker and becomes ready', async () => {
    const dataset = await readyDataset(trainyard, 20);
    expect(dataset).toMatchObject({
      status: 'ready',
      format: 'image_folder',
      image: { width: 16, height: 16, channels: 3 },
      error: null,
    });
    expect(dataset.classes).toHaveLength(3);
    expect(dataset.counts?.total).toBe(60);
  });

  it('fails with its reason when the archive is none, and the worker goes on', async () => {
    const broken = await upload(trainyard, new TextEncoder().encode('this is no archive'));
    const failed = await datasetThat(trainyard, broken.id, ({ status }) => status !== 'processing');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'invalid_archive' } });
    expect(failed.error?.message).not.toMatch(/\/(tmp|work|home)/);
    expect((await readyDataset(trainyard, 20)).status).toBe('ready');
  });

  it('fails with its reason when it has one class only', async () => {
    const single = await upload(trainyard, await buildImageFolderZip({ classes: ['cat'], perClass: 10 }));
    const failed = await datasetThat(trainyard, single.id, ({ status }) => status !== 'processing');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'invalid_dataset' } });
  });
});
