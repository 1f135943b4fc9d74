// The jobs of the queue: equal ones, of a few seconds each or of some fifteen.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { presets } from '@trainyard/engine';
import { makeArchive } from '../ingest/made-archive.mjs';

/**
 * @typedef {object} Kind
 * @property {string} name Of the preset
 * @property {'short' | 'long'} length
 * @property {object} model As a client posts it
 * @property {import('@trainyard/contracts').TrainingOptions} training
 * @property {{ side: number, images: number }} data Of the archive, all splits together
 */

/** @param {string} name Of a preset @param {Kind['length']} length @param {number} images @param {number} epochs @returns {Kind} */
function kind(name, length, images, epochs) {
  const { spec } = presets[name];
  const side = spec.input?.width ?? 32;
  const training = { epochs, batch_size: 64, optimizer: { type: /** @type {const} */ ('adam') } };
  return { name, length, model: spec, training, data: { side, images } };
}

/**
 * With one thread some 3 s and some 15 s each. Of short ones the start of a process, its modules and the rows of the
 * database are a large part, of what people train they are not.
 *
 * @type {readonly Kind[]}
 */
export const KINDS = [
  kind('mnist_convnet', 'short', 4_000, 4),
  kind('mnist_convnet', 'long', 11_000, 8),
  kind('resnet8', 'short', 1_500, 2),
  kind('resnet8', 'long', 3_500, 4),
];

/** @typedef {import('@trainyard/contracts').Job} Job */

const ENDS = ['succeeded', 'failed', 'cancelled'];
/** The times are the service's own: asking more often would only take the processor from the jobs. */
const ASK_MS = 1000;

/** @param {Pick<import('./service.mjs').Service, 'client' | 'folder'>} service @param {Kind} kind @returns {Promise<string>} */
export async function upload({ client, folder }, { name, length, data }) {
  const file = join(folder, `${name}-${length}.zip`);
  await makeArchive(file, data);
  const made = /** @type {{ id: string }} */ (
    await client.upload('/v1/datasets', { fields: {}, file, name: 'images.zip' }, () => {})
  );
  /** @type {{ id: string, status: string, error: unknown }} */
  const dataset = await client.poll(`/v1/datasets/${made.id}`, ['ready', 'failed']);
  if (dataset.status === 'failed') throw new Error(JSON.stringify(dataset.error));
  return dataset.id;
}

/**
 * Has the workers find `count` jobs in the queue, and waits until they have trained them.
 *
 * @param {import('./service.mjs').Service} service
 * @param {import('./service.mjs').Workers} workers
 * @param {object} body Of each job
 * @param {number} count
 * @returns {Promise<{ seconds: number, threads: number[] }>} From the first that was taken to the last that ended
 */
export async function trainQueue({ client, get }, workers, body, count) {
  workers.freeze();
  /** @type {string[]} */
  const ids = [];
  for (let job = 0; job < count; job++) ids.push(/** @type {Job} */ (await client.post('/v1/jobs', body)).id);
  workers.wake();
  /** @type {Job[]} */
  const jobs = [];
  for (const id of ids) jobs.push(await atItsEnd(get, id));
  for (const { status, error } of jobs) {
    if (status !== 'succeeded') throw new Error(`A job is ${status}: ${JSON.stringify(error)}`);
  }
  const taken = jobs.map(({ phases }) => phases.find(({ status }) => status === 'preparing')?.started_at ?? '');
  const begun = Math.min(...taken.map((at) => Date.parse(at)));
  const ended = Math.max(...jobs.map(({ ended_at }) => Date.parse(ended_at ?? '')));
  return { seconds: (ended - begun) / 1000, threads: await Promise.all(ids.map((id) => threadsOf(get, id))) };
}

/** @param {import('./service.mjs').Service['get']} get @param {string} id @returns {Promise<Job>} */
async function atItsEnd(get, id) {
  for (;;) {
    const job = /** @type {Job} */ (await get(`/v1/jobs/${id}`));
    if (ENDS.includes(job.status)) return job;
    await sleep(ASK_MS);
  }
}

/** As the log of the job says. @param {import('./service.mjs').Service['get']} get @param {string} id */
async function threadsOf(get, id) {
  const { data } = /** @type {{ data: { message: string }[] }} */ (await get(`/v1/jobs/${id}/logs?limit=100`));
  const [, threads] = data.map(({ message }) => /(\d+) threads?/.exec(message)).find((found) => found !== null) ?? [];
  return Number(threads);
}
