// One ingest, in a process of its own as the worker has it done: from the archive to the manifest. Prints, as one line of
// JSON, what that took once the process was there.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { ingestDataset } from '@trainyard/datasets';
import { openObjectStore } from '@trainyard/storage';

/** Most bytes that were resident at once. Linux' `maxRSS` may be the parent's, so its own counter comes first. */
function peakBytes() {
  const status = '/proc/self/status';
  const line = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) : null;
  return 1024 * (line ? Number(line[1]) : process.resourceUsage().maxRSS);
}

/** @param {string} root @param {string} sourceKey @param {number} side */
async function ingest(root, sourceKey, side) {
  const store = openObjectStore({ root });
  /** When the images were all decoded. */
  let checkedAt = 0;
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const request = {
    datasetId: 'bench',
    sourceKey,
    format: /** @type {const} */ ('auto'),
    options: { image: { width: side, height: side, channels: /** @type {const} */ (3) } },
  };
  const { counts } = await ingestDataset(store, request, ({ stage }) => {
    if (stage === 'checking') checkedAt ||= performance.now();
  });
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const cpu_ms = (user + system) / 1000;
  return { images: counts.total, ms, cpu_ms, checking_ms: performance.now() - checkedAt, peak_bytes: peakBytes() };
}

const [root, sourceKey, side] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await ingest(root, sourceKey, Number(side)))}\n`);
