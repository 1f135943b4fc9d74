// `npm run bench:ingest-growth`: generated archives of more and more images, uploaded to a server of its own, read and
// trained on for a few steps: how the time grows, and the most memory that each program takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createClient } from '../../scripts/quickstart/client.mjs';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { startServer } from '../../scripts/stack/server.mjs';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { writeResult } from '../report.mjs';
import { makeArchive } from './made-archive.mjs';
import { watchPeaks } from './process-peaks.mjs';

const USAGE = `npm run bench:ingest-growth -- [--images 31250,62500,125000,250000,500000] [--side 80] [--packed 32] [--folder <path>]
  --side    of the images, in pixels; 80 makes 19 KB each, and 500,000 of them an archive of 10 GB
  --packed  side of the packed images
  --folder  where all of it is written: some three times the archive. The system's temporary folder where left out
`;

/** The most that any program may take. */
const PEAK_BYTES_MAX = 1e9;
/** How much longer an image may take in the largest archive than in the smallest. */
const GROWTH_MAX = 1.15;
const STEPS = 3;
/** The smallest network that there is a name for: the memory that counts here is that of the images. */
const MODEL = {
  layers: [
    { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu' },
    { type: 'global_average_pooling2d' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

/** @typedef {import('@trainyard/contracts').Dataset} Dataset */
/** @typedef {import('@trainyard/contracts').Job} Job */
/** @typedef {ReturnType<typeof createClient>} Client */
/** @typedef {{ side: number, packed: number, folder: string }} Options */

/**
 * One archive, in a server that has seen no other.
 *
 * @param {number} images
 * @param {Options} options
 * @param {import('../../scripts/stack/guard.mjs').Guard} guard
 */
async function measure(images, { side, packed, folder: parent }, guard) {
  const shutdown = createShutdown();
  const folder = mkdtempSync(join(parent, 'trainyard-growth-'));
  guard.removeDirectory(folder);
  shutdown.defer(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const file = join(folder, 'made.zip');
    const bytes = await makeArchive(file, { images, side });
    const client = await serve(join(folder, 'data'), guard, shutdown);
    const peaks = watchPeaks();
    const read = await upload(client, file, packed);
    const stepped = await trainBriefly(client, read.id);
    return { images, bytes, ...read, ...stepped, peak_bytes: peaks.stop() };
  } finally {
    await shutdown.stop();
  }
}

/** @param {string} directory @param {import('../../scripts/stack/guard.mjs').Guard} guard @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown */
async function serve(directory, guard, shutdown) {
  let key = '';
  const { url } = await startServer({
    directory,
    host: '127.0.0.1',
    port: await freePort(),
    inferencePort: await freePort(),
    ownServers: true,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRAINYARD_'))),
    guard,
    shutdown,
    report: () => {},
    keyMade: (made) => {
      key = made;
    },
  });
  return createClient({ url, key, signal: shutdown.signal });
}

/** @param {Client} client @param {string} file @param {number} packed */
async function upload(client, file, packed) {
  const options = JSON.stringify({ image: { width: packed, height: packed } });
  const sentAt = performance.now();
  const created = /** @type {Dataset} */ (
    await client.upload('/v1/datasets', { fields: { options }, file, name: 'made.zip' }, () => {})
  );
  const takenAt = performance.now();
  /** When the last image had been decoded. */
  let decodedAt = 0;
  /** @type {Dataset} */
  const dataset = await client.poll(
    `/v1/datasets/${created.id}`,
    ['ready', 'failed'],
    (/** @type {Dataset} */ seen) => {
      if (seen.progress?.stage === 'checking') decodedAt ||= performance.now();
    },
  );
  if (dataset.status === 'failed') throw new Error(`The data set failed: ${dataset.error?.message}`);
  const readyAt = performance.now();
  return {
    id: dataset.id,
    taken_images: dataset.counts?.total ?? 0,
    upload_s: seconds(takenAt - sentAt),
    read_s: seconds(readyAt - takenAt),
    checking_s: seconds(decodedAt === 0 ? 0 : readyAt - decodedAt),
  };
}

/** Trains until a few steps are done. @param {Client} client @param {string} dataset_id */
async function trainBriefly(client, dataset_id) {
  const body = { dataset_id, model: MODEL, training: { epochs: 1, batch_size: 32 } };
  const postedAt = performance.now();
  const created = /** @type {Job} */ (await client.post('/v1/jobs', body));
  const ends = ['succeeded', 'failed', 'cancelled'];
  for (;;) {
    /** @type {Job} */
    const job = await client.poll(`/v1/jobs/${created.id}`, [...ends, 'running']);
    if (job.status === 'failed') throw new Error(`The job failed: ${job.error?.message}`);
    if (ends.includes(job.status) || (job.progress?.step ?? 0) >= STEPS) break;
  }
  const first_steps_s = seconds(performance.now() - postedAt);
  await client.post(`/v1/jobs/${created.id}/cancel`, {});
  await client.poll(`/v1/jobs/${created.id}`, ends);
  return { first_steps_s };
}

/** @param {number} ms */
function seconds(ms) {
  return Math.round(ms) / 1000;
}

/** @param {Awaited<ReturnType<typeof measure>>} row */
function print({ images, bytes, upload_s, read_s, checking_s, peak_bytes }) {
  const mebibytes = Object.entries(peak_bytes).map(([role, peak]) => `${role} ${Math.round(peak / 2 ** 20)}`);
  const cells = [
    String(images).padStart(8),
    (bytes / 1e9).toFixed(2).padStart(6),
    upload_s.toFixed(1).padStart(8),
    read_s.toFixed(1).padStart(8),
    checking_s.toFixed(1).padStart(8),
    ((1000 * read_s) / images).toFixed(3).padStart(8),
  ];
  process.stdout.write(`${cells.join('  ')}   ${mebibytes.join(', ')}\n`);
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '31250,62500,125000,250000,500000' },
      side: { type: 'string', default: '80' },
      packed: { type: 'string', default: '32' },
      folder: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const options = { side: Number(values.side), packed: Number(values.packed), folder: values.folder };
  process.stdout.write('  images      GB  upload s    read s  checking  ms/image   most MiB resident\n');
  const rows = [];
  for (const images of values.images.split(',').map(Number)) {
    const row = await measure(images, options, guard);
    print(row);
    rows.push(row);
  }
  const perImage = rows.map(({ images, read_s }) => read_s / images);
  const growth = Math.round((1000 * perImage[perImage.length - 1]) / perImage[0]) / 1000;
  const peak = Math.max(...rows.flatMap(({ peak_bytes }) => Object.values(peak_bytes)));
  const reached = peak <= PEAK_BYTES_MAX && growth <= GROWTH_MAX;
  process.stdout.write(
    `\ntime per image, last to first: ${growth} (at most ${GROWTH_MAX}); most memory of any program: ${Math.round(peak / 2 ** 20)} MiB (at most ${Math.round(PEAK_BYTES_MAX / 2 ** 20)}): ${reached ? 'reached' : 'MISSED'}\n`,
  );
  const limits = { peak_bytes_max: PEAK_BYTES_MAX, growth_max: GROWTH_MAX };
  writeResult('ingest-growth', { side: options.side, packed: options.packed, ...limits, growth, reached, rows });
  return reached ? 0 : 1;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
