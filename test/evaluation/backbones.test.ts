// A network with a frozen backbone trains on its features alone; evaluated is the whole of it.
import { backboneKey, newId, resolveTraining, type TaskDataset } from '@trainyard/contracts';
import { readManifest } from '@trainyard/datasets';
import { parseModelSpec } from '@trainyard/engine';
import { analyse } from '@trainyard/runtime';
import { expect, it } from 'vitest';
import { CLASSIFIER, graphOf, onnxFile } from '../engine/onnx-files.js';
import { TestTrainer } from '../runtime/trainer.js';
import { atEnd } from '../setup/index.js';

it('a checkpoint with a frozen backbone is evaluated as its training has tested it', async () => {
  const trainer = await TestTrainer.open(20);
  atEnd(() => trainer.close());
  const { store } = trainer;
  const file = onnxFile(CLASSIFIER);
  const backboneId = newId('backbone');
  await store.write(backboneKey(backboneId), file);
  const layers = [
    { type: 'onnx_backbone', name: 'body', backbone_id: backboneId, graph: graphOf(file) },
    { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' },
  ];
  const options = { epochs: 2, batch_size: 8, normalization: 'symmetric' as const };
  const job = trainer.newJob();
  await trainer.attempt('job_body', job, layers, options);
  const { dataset_id: id, task, classes, targets, image, fit, stats } = await readManifest(store, 'ds_1');
  const dataset: TaskDataset = { id, digest: null, task, classes, targets, image, fit, stats };
  const tested = await Promise.all(
    [...job.checkpoints.values()].map(async ({ key, digest }, place) => {
      const model = {
        ...{ checkpoint: { id: 'ckpt_1', key, digest }, spec: parseModelSpec({ layers }), dataset },
        training: resolveTraining(options),
      };
      const analysis_id = `eval_${place}`;
      await analyse(
        {
          kind: 'evaluation',
          ...{ analysis_id, model, dataset, fit, split: 'test', temperature_scaling: false },
        },
        { store, threads: 1, signal: new AbortController().signal, report: async () => {} },
      );
      return JSON.parse(new TextDecoder().decode(await store.readBytes(`analyses/${analysis_id}/result.json`))).metrics;
    }),
  );
  const { loss = 0, accuracy } = job.trained?.test ?? {};
  expect(tested.filter((metrics) => Math.abs(metrics.loss - loss) < 1e-5)).toMatchObject([{ accuracy }]);
});
