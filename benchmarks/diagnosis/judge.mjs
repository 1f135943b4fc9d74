// A planted fault from its training to the verdicts, and on to whether the first remedy keeps its promise.

import { diagnose } from '@trainyard/analysis';
import { completeTraining } from '@trainyard/contracts';
import { withoutLeaks } from './datasets.mjs';
import { runJob } from './run-job.mjs';

/** @typedef {{ store: import('@trainyard/storage').ObjectStore, threads: number, seed: number }} Workplace */
/** @typedef {Awaited<ReturnType<typeof import('./datasets.mjs').plantDataset>>} Planted */

/**
 * @param {Workplace} workplace @param {import('./faults.mjs').Case} planted @param {Planted} dataset
 * @param {{ withRemedy: boolean }} options
 */
export async function judge(workplace, planted, dataset, { withRemedy }) {
  const model = { layers: planted.layers };
  const training = { ...planted.training, seed: workplace.seed };
  const job = await run(workplace, planted.name, { dataset, model, training });
  const verdicts = diagnose(factsOf(job, dataset));
  const first = verdicts[0]?.code ?? 'none';
  const result = {
    case: planted.name,
    seed: workplace.seed,
    accepted: planted.accepted,
    first,
    right: planted.accepted.includes(first),
    verdicts: verdicts.map(({ code, confidence, explained_by }) => ({ code, confidence, explained_by })),
    evidence: verdicts[0]?.evidence.map(({ text }) => text) ?? [],
    figures: lastFigures(job),
    seconds: rounded(job.seconds),
  };
  const remedy = verdicts[0]?.remedies[0];
  if (!withRemedy || !remedy) return result;
  return { ...result, remedy: await tryRemedy(workplace, planted, { remedy, dataset, job }) };
}

/** @param {Workplace} workplace @param {string} name @param {{ dataset: Planted, model: object, training: import('@trainyard/contracts').TrainingOptions }} job */
function run({ store, threads, seed }, name, job) {
  return runJob(store, { id: `job_${name}_${seed}`, threads, ...job });
}

/** As the service puts them together. @param {import('./run-job.mjs').Recorded} job @param {Planted} dataset @returns {import('@trainyard/analysis').DiagnosisFacts} */
export function factsOf(job, dataset) {
  const spec = { ...job.spec };
  const { class_weights: weights, ...training } = job.training;
  const named = weights && Object.fromEntries(weights.map((weight, i) => [dataset.classes[i], weight]));
  return {
    status: job.error ? 'failed' : 'succeeded',
    stopReason: job.result?.stop_reason ?? null,
    error: job.error,
    rollback: job.rollback,
    spec,
    training: completeTraining(job.training),
    dataset,
    epochs: job.epochs,
    probes: job.probes,
    body: { dataset_id: dataset.id, model: spec, training: { ...training, class_weights: named } },
  };
}

/**
 * Posts the first remedy and compares what it promised.
 *
 * @param {Workplace} workplace @param {import('./faults.mjs').Case} planted
 * @param {{ remedy: import('@trainyard/contracts').DiagnosisRemedy, dataset: Planted, job: import('./run-job.mjs').Recorded }} tried
 */
async function tryRemedy(workplace, planted, { remedy, dataset, job }) {
  const { metric, direction } = remedy.promises;
  const used = remedy.before ? await withoutLeaks(workplace.store, dataset.id) : dataset;
  const { model, training } = remedy.apply;
  if (!model || !training) throw new Error(`The remedy "${remedy.title}" has no job to post.`);
  const cured = await run(workplace, `${planted.name}_cured`, { dataset: used, model, training });
  const before = figureOf(metric, job, dataset);
  const after = figureOf(metric, cured, used);
  const better = direction === 'up' ? after > before : after < before;
  return {
    title: remedy.title,
    promises: remedy.promises,
    before: rounded(before),
    after: rounded(after),
    kept: better,
    diagnosed_again: diagnose(factsOf(cured, used))[0]?.code ?? 'none',
  };
}

/** What a job without a single epoch has is as bad as can be. @param {string} metric @param {import('./run-job.mjs').Recorded} job @param {Planted} dataset */
function figureOf(metric, job, dataset) {
  if (metric === 'leaking_images')
    return dataset.warnings.find(({ code }) => code === 'leaking_duplicates')?.count ?? 0;
  const row = job.epochs.at(-1);
  const split = metric.startsWith('val_') ? row?.validation : row?.train;
  const worst = metric.endsWith('loss') ? Number.MAX_VALUE : 0;
  return split?.[metric.replace(/^val_/, '')] ?? worst;
}

/** @param {import('./run-job.mjs').Recorded} job */
function lastFigures({ epochs }) {
  const row = epochs.at(-1);
  if (!row) return null;
  const round = (/** @type {Record<string, number> | null} */ values) =>
    values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));
  return { epoch: row.epoch, train: round(row.train), validation: round(row.validation) };
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(4));
}
