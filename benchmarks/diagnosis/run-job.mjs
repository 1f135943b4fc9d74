// A job in this process: what the trainer of a worker does, with its reports kept instead of written to the database.
import { outputNames, resolveTraining, TrainyardError } from '@trainyard/contracts';
import { buildModel, dataShapeOf, defaultLoss, defaultMetrics, parseModelSpec } from '@trainyard/engine';
import { train } from '@trainyard/runtime';

/** @typedef {Awaited<ReturnType<typeof runJob>>} Recorded */

/**
 * @typedef {object} Facts What a training told, up to the step that it was last rolled back to
 * @property {import('@trainyard/contracts').EpochMetrics[]} epochs
 * @property {import('@trainyard/contracts').StepMetrics[]} steps
 * @property {import('@trainyard/contracts').ProbeMetrics[]} probes
 * @property {import('@trainyard/contracts').JobRollback | null} rollback
 * @property {{ code: import('@trainyard/contracts').ErrorCode, message: string } | null} error
 * @property {{ test: Record<string, number> | null, stop_reason: string } | null} result
 */

/**
 * @param {import('@trainyard/storage').ObjectStore} store
 * @param {{ id: string, dataset: Awaited<ReturnType<typeof import('./datasets.mjs').plantDataset>>, model: object, training: import('@trainyard/contracts').TrainingOptions, threads: number }} job
 */
export async function runJob(store, { id, dataset, model, training: options, threads }) {
  const spec = parseModelSpec(model);
  const shape = dataShapeOf(dataset, options.normalization ?? 'unit');
  const { head } = buildModel(spec, shape);
  const training = resolveTraining(options, {
    loss: defaultLoss(head),
    metrics: defaultMetrics(head),
    channels: dataset.image.channels,
    classNames: outputNames(dataset),
    classCounts: outputNames(dataset).map((name) => dataset.counts.train.classes[name] ?? 0),
    trainImages: dataset.counts.train.total,
  });
  /** @type {Facts} */
  const facts = { epochs: [], steps: [], probes: [], rollback: null, error: null, result: null };
  const startedAt = performance.now();
  try {
    await train(
      {
        job_id: id,
        attempt: 1,
        spec,
        training,
        dataset: { ...dataset, fit: 'cover' },
        device: 'cpu',
        threads,
        plan: null,
        checkpoints: [],
        rollback: null,
      },
      {
        store,
        signal: new AbortController().signal,
        async report(told) {
          if (told.type === 'epoch') facts.epochs.push(told.row);
          else if (told.type === 'steps') facts.steps.push(...told.rows);
          else if (told.type === 'probe') facts.probes.push(told.row);
          else if (told.type === 'trained') facts.result = { test: told.test, stop_reason: told.stop_reason };
          else if (told.type === 'rollback') {
            facts.rollback = told.rollback;
            facts.epochs = upTo(told.rollback.to_step, facts.epochs);
            facts.steps = upTo(told.rollback.to_step, facts.steps);
            facts.probes = upTo(told.rollback.to_step, facts.probes);
          }
        },
      },
    );
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'training_diverged') throw error;
    facts.error = { code: error.code, message: error.message };
  }
  await store.removePrefix(`jobs/${id}/`);
  return { spec, training, ...facts, seconds: (performance.now() - startedAt) / 1000 };
}

/** @template {{ step: number }} Row @param {number} step @param {Row[]} rows */
function upTo(step, rows) {
  return rows.filter((row) => row.step <= step);
}
