// Images a second of a job that comes through the API, in turns with the bare fit loop on the same tensors.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, medianInterval } from '../statistics.mjs';
import { jobBody } from './cases.mjs';

const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
const ENDED = ['succeeded', 'failed', 'cancelled'];
/** Losses of the same steps are the same to the bit; what the API shows went through JSON. */
const LOSS_DIFFERENCE_MAX = 1e-9;

/**
 * @typedef {object} Rate
 * @property {number} steady Images a second from the end of the first epoch to the end of the last but one
 * @property {number[]} losses Of each epoch
 */

/** @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {number} seed */
export async function runPair(stack, prepared, seed) {
  const job = await runJob(stack, prepared, seed);
  const bare = await runBare(stack, prepared, seed, job.plan);
  for (const [epoch, loss] of bare.losses.entries()) {
    if (Math.abs(loss - job.losses[epoch]) <= LOSS_DIFFERENCE_MAX) continue;
    throw new Error(`The job and the bare loop trained different things: ${job.losses} and ${bare.losses}`);
  }
  return {
    job_images_per_s: job.steady,
    bare_images_per_s: bare.steady,
    ratio: job.steady / bare.steady,
    job_wall_s: job.wall,
    bare_loop_s: bare.loop,
  };
}

/** @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {number} seed */
async function runJob({ client, query }, prepared, seed) {
  const postedAt = Date.now();
  const { id } = /** @type {{ id: string }} */ (await client.post('/v1/jobs', jobBody(prepared, { seed })));
  const job = /** @type {any} */ (await client.poll(`/v1/jobs/${id}`, ENDED));
  if (job.status !== 'succeeded') throw new Error(`${prepared.name}: ${JSON.stringify(job.error)}`);
  const [{ plan }] = await query('SELECT plan FROM jobs WHERE id = $1', [id]);
  const [{ at }] = await query(
    "SELECT max(started_at) AS at FROM job_phases WHERE job_id = $1 AND status = 'succeeded'",
    [id],
  );
  const rows = await query(
    "SELECT values, created_at AS at FROM job_metrics WHERE job_id = $1 AND resolution = 'epoch' ORDER BY epoch",
    [id],
  );
  const ends = rows.map((row) => row.at.getTime() / 1000);
  return {
    plan,
    losses: rows.map(({ values }) => values.train.loss),
    steady: steadyRate(ends, prepared),
    wall: (at.getTime() - postedAt) / 1000,
  };
}

/** @param {import('./stack.mjs').Stack} stack @param {import('./cases.mjs').PreparedCase} prepared @param {number} seed @param {any} plan */
async function runBare({ objects }, prepared, seed, plan) {
  const child = fork(BARE, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The bare loop ended with ${code}`);
  });
  ended.catch(() => {});
  child.send({ objects, dataset: prepared.dataset, body: jobBody(prepared, { seed }), plan });
  const [{ seconds, losses }] = /** @type {[import('./bare.mjs').BareRun]} */ (
    await Promise.race([once(child, 'message'), ended])
  );
  await ended.catch(() => {});
  return { losses, steady: steadyRate(seconds, prepared), loop: seconds[seconds.length - 1] };
}

/** What comes before the first epoch's end and with the last is not the loop's steady state. @param {readonly number[]} ends @param {import('./cases.mjs').PreparedCase} prepared */
function steadyRate(ends, { trainImages }) {
  const epochs = ends.length - 2;
  return (epochs * trainImages) / (ends[epochs] - ends[0]);
}

/** @param {readonly Awaited<ReturnType<typeof runPair>>[]} pairs */
export function summarizePairs(pairs) {
  const ratios = pairs.map(({ ratio }) => ratio);
  return {
    pairs: pairs.length,
    job_images_per_s: median(pairs.map((pair) => pair.job_images_per_s)),
    bare_images_per_s: median(pairs.map((pair) => pair.bare_images_per_s)),
    ratio: { median: median(ratios), interval_95: medianInterval(ratios) },
    job_wall_s: median(pairs.map((pair) => pair.job_wall_s)),
    bare_loop_s: median(pairs.map((pair) => pair.bare_loop_s)),
    each: pairs,
  };
}
