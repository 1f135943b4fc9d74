// Evaluations in this process: data sets that are read, and networks whose weights are as they are drawn.
import { randomUUID } from 'node:crypto';
import {
  type EvaluatedSamples,
  type EvaluationResult,
  type EvaluationTask,
  parseEvaluatedSamples,
  resolveTraining,
  type TaskDataset,
  type TrainingOptions,
} from '@trainyard/contracts';
import { ingestDataset } from '@trainyard/datasets';
import { buildModel, dataShapeOf, initialParameters, parameterName, parseModelSpec } from '@trainyard/engine';
import { analyse, checkpointKey, writeCheckpoint } from '@trainyard/runtime';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { createTestFolder } from '../setup/index.js';

export interface Evaluated {
  result: EvaluationResult;
  samples: EvaluatedSamples;
  /** As many as samples · names. */
  predictions: number[];
  pixels: Uint8Array;
}

export class TestAnalyst {
  readonly store: ObjectStore;

  private constructor(store: ObjectStore) {
    this.store = store;
  }

  static async open(): Promise<TestAnalyst> {
    return new TestAnalyst(openObjectStore({ root: await createTestFolder() }));
  }

  async dataset(id: string, archive: Buffer, labelColumns?: string[]): Promise<TaskDataset> {
    const sourceKey = `uploads/${id}/source`;
    await this.store.write(sourceKey, archive);
    const options = labelColumns ? { label_columns: labelColumns } : {};
    const upload = { datasetId: id, sourceKey, format: 'auto', options } as const;
    const { digest, task, classes, targets, image, stats } = await ingestDataset(this.store, upload, () => {});
    return { id, digest, task, classes, targets, image, fit: 'cover', stats };
  }

  /** A network for a data set, with the weights that a training begins with. */
  async model(dataset: TaskDataset, layers: object, options: TrainingOptions = {}): Promise<EvaluationTask['model']> {
    const spec = parseModelSpec(layers);
    const training = resolveTraining({
      normalization: 'unit',
      ...options,
      ...(dataset.task === 'regression' ? { loss: 'mse' as const, metrics: ['mae' as const] } : {}),
    });
    const model = buildModel(spec, dataShapeOf(dataset, training.normalization));
    const drawn = initialParameters(model, 5);
    const tensors = new Map(
      model.parameters.map((parameter) => {
        const name = parameterName(parameter);
        return [name, { shape: parameter.shape, data: drawn.get(name) ?? new Float32Array() }];
      }),
    );
    const best = { epoch: 1, step: 1, loss: 1 };
    const position = { epoch: 1, step: 1, seed: 5, best, learningRate: null };
    const { key, digest } = await writeCheckpoint(this.store, checkpointKey(randomUUID(), 1, 1), tensors, position);
    return { checkpoint: { id: 'ckpt_1', key, digest }, spec, training, dataset };
  }

  async evaluate(
    model: EvaluationTask['model'],
    dataset: TaskDataset = model.dataset,
    more: Partial<EvaluationTask> = {},
  ): Promise<Evaluated> {
    const task: EvaluationTask = {
      kind: 'evaluation',
      analysis_id: `eval_${randomUUID()}`,
      ...{ model, dataset, fit: 'cover', split: 'train', temperature_scaling: false },
      ...more,
    };
    const { signal } = new AbortController();
    await analyse(task, { store: this.store, threads: 1, signal, report: async () => {} });
    const read = (file: string) => this.store.readBytes(`analyses/${task.analysis_id}/${file}`);
    const numbers = await read('predictions.f32');
    const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return {
      result: JSON.parse(new TextDecoder().decode(await read('result.json'))),
      samples: parseEvaluatedSamples(await read('samples.json')),
      predictions: Array.from({ length: numbers.length / 4 }, (_, i) => view.getFloat32(4 * i, true)),
      pixels: await read('pixels.u8'),
    };
  }
}
