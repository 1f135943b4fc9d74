// The row and the file of a checkpoint that holds the weights a training begins with.
import { outputNames, resolveTraining } from '@trainyard/contracts';
import { buildModel, initialParameters, parameterName, parseModelSpec } from '@trainyard/engine';
import { checkpointKey, compileCheckpoint, writeCheckpoint } from '@trainyard/runtime';
import { CLASSES } from '../noise.mjs';

const SEED = 1;
const NORMALIZATION = /** @type {const} */ ('unit');
const WORKER = {
  workerId: 'wrk_bench',
  /** Longer than the benchmark: nobody takes the job away. */
  leaseMs: 24 * 3_600_000,
  devices: /** @type {const} */ (['cpu']),
  traits: { cpu: 'x64', onnxruntimeVersion: '1.29.0' },
};

/** @typedef {{ db: import('@trainyard/db').Database, store: import('@trainyard/storage').ObjectStore, projectId: string }} Stores */

/**
 * @param {Stores} stores @param {import('./models.mjs').ServedModel} served
 * @returns {Promise<{ checkpointId: string, onnx: Uint8Array }>} `onnx` is the file that it is exported as
 */
export async function untrainedCheckpoint({ db, store, projectId }, { spec: posted, image }) {
  const datasetId = await readyDataset({ db, projectId }, image);
  const spec = parseModelSpec(posted);
  const training = resolveTraining({ normalization: NORMALIZATION });
  const job = await db.jobs.create({ projectId, datasetId, spec, training });
  const claim = await db.jobs.claim(job.id, WORKER);
  if (!claim) throw new Error('the job could not be taken');
  await db.jobs.start(claim);

  const model = buildModel(spec, { image, classes: CLASSES.length });
  const initial = initialParameters(model, SEED);
  const tensors = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, { shape: parameter.shape, data: initial.get(name) ?? new Float32Array() }];
    }),
  );
  const key = checkpointKey(job.id, 1, claim.attempt);
  const best = { epoch: 1, step: 1, loss: 1 };
  const file = await writeCheckpoint(store, key, tensors, { epoch: 1, step: 1, seed: SEED, best, learningRate: null });
  const { checkpoint } = await db.checkpoints.record(claim, {
    epoch: 1,
    step: 1,
    metrics: { train: { loss: 1 }, validation: null },
    bytes: file.bytes,
    digest: file.digest,
    storageKey: file.key,
    best: true,
  });
  const dataset = { ...describedDataset(image), fit: /** @type {const} */ ('cover') };
  const trained = { storageKey: file.key, digest: file.digest, spec, normalization: NORMALIZATION, dataset };
  const { graph, labels } = await compileCheckpoint(store, trained);
  if (labels.length !== outputNames(dataset).length) throw new Error('the exported file has other outputs');
  return { checkpointId: checkpoint.id, onnx: graph.onnx };
}

/** @param {Pick<Stores, 'db' | 'projectId'>} stores @param {import('@trainyard/contracts').ImageSize} image */
async function readyDataset({ db, projectId }, image) {
  const { id } = await db.datasets.create({ projectId, sourceKey: 'uploads/none/source' });
  await db.datasets.uploaded(id, { bytes: 1 });
  const claim = await db.datasets.claim(id, WORKER);
  if (!claim) throw new Error('the data set could not be taken');
  const counts = { total: CLASSES.length, classes: Object.fromEntries(CLASSES.map((name) => [name, 1])) };
  await db.datasets.markReady(claim, {
    ...describedDataset(image),
    format: 'image_folder',
    digest: 'ab'.repeat(32),
    parts: ['ds_1'],
    counts: { total: 3 * CLASSES.length, train: counts, validation: counts, test: counts },
    warnings: [],
  });
  return id;
}

/** @param {import('@trainyard/contracts').ImageSize} image */
function describedDataset(image) {
  const stats = { mean: Array(image.channels).fill(0.5), std: Array(image.channels).fill(0.25) };
  return { task: /** @type {const} */ ('multiclass'), classes: CLASSES, targets: null, image, stats };
}
