// A backbone from its upload to an endpoint: a head first, then its last part, behind a node that lets no gradient pass;
// evaluated, exported and served.
import type { Backbone, Evaluation, List, LogLine } from '@trainyard/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import supertest from 'supertest';
import { expect, it } from 'vitest';
import { Service } from '../e2e/service.js';
import { unseenImages } from '../e2e/unseen-images.js';
import { KEPT_INSIDE, onnxFile } from '../engine/onnx-files.js';

const CLASSES = ['left', 'right'];
const SIZE = 8;
const IMAGES = 20;

it('is trained in two phases, evaluated, exported and served', async () => {
  const service = await Service.start();
  const dataset = await service.dataset('stripes', { classes: CLASSES, perClass: 40, size: SIZE });
  const uploaded = await supertest(service.address)
    .post('/v1/backbones')
    .set(service.authorization)
    .field('name', 'small')
    .attach('file', Buffer.from(onnxFile(KEPT_INSIDE)), 'small.onnx')
    .expect(201);
  const { id, kept }: Backbone = uploaded.body;
  expect(kept).toMatchObject([{ operator: 'LRN', node: 'lrn' }]);

  const job = await service.trained({
    dataset_id: dataset.id,
    model: {
      layers: [
        { type: 'onnx_backbone', name: 'body', backbone_id: id, output: 'lrn' },
        { type: 'onnx_backbone', name: 'blocks', backbone_id: id, from: 'lrn', trainable: true },
        { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' },
      ],
    },
    freeze: ['blocks'],
    unfreeze: { epoch: 5, learning_rate_factor: 0.5 },
    training: {
      epochs: 8,
      batch_size: 8,
      normalization: 'symmetric',
      optimizer: { type: 'adam', learning_rate: 0.05 },
    },
  });
  expect(job.error).toBeNull();
  expect(job.status).toBe('succeeded');
  expect(job.result?.test?.accuracy).toBeGreaterThan(0.8);
  const { data: lines } = await service.get<List<LogLine>>(`/v1/jobs/${job.id}/logs?limit=100`);
  const log = lines.map(({ message }) => message).join('\n');
  expect(log.match(/The frozen backbone is run once for each of/g)).toHaveLength(2);
  expect(log).toContain('Epochs 1 to 4: these layers are frozen: blocks');

  const evaluation = await service.settled<Evaluation>(`/v1/jobs/${job.id}/evaluation?split=test`, [
    'queued',
    'running',
  ]);
  expect(evaluation.status).toBe('succeeded');

  await service.serve('small', job);
  const images = unseenImages(CLASSES, SIZE, IMAGES);
  const { predictions } = await service.predict(
    'small',
    images.map(({ png }) => png),
  );
  const session = await InferenceSession.create(await service.download(job.best?.checkpoint_id ?? '', 'onnx'));
  const pixels = Uint8Array.from(images.flatMap((image) => [...image.pixels]));
  const { probabilities } = await session.run({ image: new Tensor('uint8', pixels, [IMAGES, SIZE, SIZE, 3]) });
  await session.release();
  predictions.forEach((prediction, i) => {
    expect(prediction.probabilities.left).toBeCloseTo(Number(probabilities.data[2 * i]), 6);
  });
  expect(predictions.filter(({ label }, i) => label === images[i].label).length).toBeGreaterThan(0.7 * IMAGES);
});
