// How long it takes from a POST to the first step of its job, and where that time goes.
import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile } from '../statistics.mjs';
import { jobBody } from './cases.mjs';

/** The worker has its next trainer ready by then. */
const PAUSE_MS = 2500;
/** One run's steps, or a few. */
const EPOCHS = 1;
const ENDED = ['succeeded', 'failed', 'cancelled'];

/**
 * The stages of a start, each with how its end is recognised: a status, or a line of the job's log.
 * @type {readonly { name: string, status?: string, line?: string }[]}
 */
export const STAGES = [
  { name: 'written', status: 'queued' },
  { name: 'claimed', status: 'preparing' },
  { name: 'described', line: 'It runs on' },
  { name: 'opened', line: 'Tensors of' },
  { name: 'planned', line: 'The plan is made' },
  { name: 'weights', line: 'Begins with' },
  { name: 'compiled', line: 'The training step is compiled' },
];

/**
 * Milliseconds from before the request was sent to the first row of a step: the database's clock at the transaction that
 * wrote it, which is after the run, its report to the worker and everything that was reported before.
 *
 * @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {number} seed
 * @returns {Promise<Record<string, number>>}
 */
export async function timeStart({ client, query }, prepared, seed) {
  await sleep(PAUSE_MS);
  const postedAt = Date.now();
  const { id } = /** @type {{ id: string }} */ (
    await client.post('/v1/jobs', jobBody(prepared, { seed, epochs: EPOCHS }))
  );
  const answered = Date.now() - postedAt;
  const job = /** @type {any} */ (await client.poll(`/v1/jobs/${id}`, ENDED));
  if (job.status !== 'succeeded') throw new Error(`${prepared.name}: ${JSON.stringify(job.error)}`);
  const phases = await query('SELECT status, started_at AS at FROM job_phases WHERE job_id = $1', [id]);
  const lines = await query('SELECT message, at FROM job_logs WHERE job_id = $1 ORDER BY seq', [id]);
  const steps = await query("SELECT min(created_at) AS at FROM job_metrics WHERE job_id = $1 AND resolution = 'step'", [
    id,
  ]);
  const since = (/** @type {{ at: Date } | undefined} */ row) => (row ? row.at.getTime() - postedAt : Number.NaN);
  return {
    answered,
    ...Object.fromEntries(
      STAGES.map(({ name, status, line }) => {
        const row = status
          ? phases.find((phase) => phase.status === status)
          : lines.find(({ message }) => message.startsWith(line));
        return [name, since(row)];
      }),
    ),
    first_step: since(steps[0]),
  };
}

/** @param {readonly Record<string, number>[]} starts */
export function summarizeStarts(starts) {
  const of = (/** @type {string} */ name) => starts.map((start) => start[name]);
  const names = Object.keys(starts[0]);
  return {
    jobs: starts.length,
    first_step_ms: { median: median(of('first_step')), p95: quantile(of('first_step'), 0.95) },
    until_ms: Object.fromEntries(names.map((name) => [name, Math.round(median(of(name)))])),
    starts,
  };
}
