// `npm run bench:diagnosis`: plants faults in trainings on real images and asks what the diagnosis says of them.
import { execFileSync, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { writeResult } from '../report.mjs';
import { plantDataset } from './datasets.mjs';
import { CONTROLS, FAULTS } from './faults.mjs';
import { judge } from './judge.mjs';
import { readSource, SOURCES } from './sources.mjs';

const USAGE = `npm run bench:diagnosis -- [--data <name>] [--seeds 11,12,13] [--only <part of a name>] [--name <result>]
  --data     ${Object.keys(SOURCES).join(' or ')}; thresholds were set on mnist, with seeds 1 to 3
  --seeds    each plants all faults in other images, other weights and another order
  --only     cases with this in their name; nothing is written then
  --threads  of one operator; 1 where left out
  --parallel seeds that are tried at the same time; 1 where left out
  --name     of the file below benchmarks/results; diagnosis where left out
`;

/** @typedef {Awaited<ReturnType<typeof judge>>} Judged */

/** @param {Judged} run */
function line(run) {
  const verdicts = run.verdicts.map(
    ({ code, confidence, explained_by: cause }) => `${code} ${confidence}${cause ? ` (${cause})` : ''}`,
  );
  const cure = 'remedy' in run ? run.remedy : null;
  const kept = cure
    ? `  ${cure.kept ? 'kept' : 'BROKEN'}: ${cure.promises.metric} ${cure.before} -> ${cure.after} by "${cure.title}"`
    : '';
  return `${run.right ? ' ok  ' : 'WRONG'} ${String(run.seed).padStart(3)} ${run.case.padEnd(26)} ${verdicts.join(', ') || 'none'}${kept}\n`;
}

/** @param {Judged[]} faults @param {Judged[]} controls */
function summary(faults, controls) {
  const count = (/** @type {Judged[]} */ runs, /** @type {(run: Judged) => boolean} */ holds) =>
    runs.filter(holds).length;
  const remedies = faults.flatMap((run) => ('remedy' in run && run.remedy ? [run.remedy] : []));
  return {
    faults: faults.length,
    faults_named_first: count(faults, ({ right }) => right),
    controls: controls.length,
    controls_accused: count(controls, ({ right }) => !right),
    remedies: remedies.length,
    promises_kept: remedies.filter(({ kept }) => kept).length,
  };
}

/**
 * All faults and controls, planted in one drawing of images.
 *
 * @param {{ data: string, threads: string, only?: string }} options @param {number} seed
 */
async function plantAll({ data, threads, only }, seed) {
  keepLargeBlocksMapped();
  const source = readSource(data);
  const root = await mkdtemp(join(tmpdir(), 'diagnosis-'));
  const store = openObjectStore({ root });
  /** @type {Map<string, import('./judge.mjs').Planted>} */
  const planted = new Map();
  const datasetOf = async (/** @type {import('./datasets.mjs').DatasetName} */ name = 'plain') => {
    const dataset = planted.get(name) ?? (await plantDataset(store, { source, name, seed }));
    planted.set(name, dataset);
    return dataset;
  };
  const judgeAll = async (/** @type {readonly import('./faults.mjs').Case[]} */ cases) => {
    const runs = [];
    for (const each of cases.filter(({ name }) => only === undefined || name.includes(only))) {
      const workplace = { store, threads: Number(threads), seed };
      const run = await judge(workplace, each, await datasetOf(each.dataset), { withRemedy: cases === FAULTS });
      runs.push(run);
      process.stdout.write(line(run));
    }
    return runs;
  };
  const result = { faults: await judgeAll(FAULTS), controls: await judgeAll(CONTROLS) };
  await rm(root, { recursive: true });
  return result;
}

/** The same in a process of its own. @param {number} seed @returns {Promise<{ faults: Judged[], controls: Judged[] }>} */
function inChild(seed) {
  const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--seeds', String(seed)]);
  return new Promise((resolve, reject) => {
    child.on('message', (/** @type {{ faults: Judged[], controls: Judged[] }} */ result) => {
      child.disconnect();
      resolve(result);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`The process of seed ${seed} ended with ${code}`)));
  });
}

/** The commit that the thresholds are of. */
function frozenIn() {
  const file = fileURLToPath(new URL('../../packages/analysis/src/diagnosis/thresholds.ts', import.meta.url));
  try {
    return execFileSync('git', ['log', '-1', '--format=%h', '--', file], {
      cwd: dirname(file),
      encoding: 'utf8',
    }).trim();
  } catch {
    return null;
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'fashion-mnist' },
      seeds: { type: 'string', default: '11,12,13' },
      only: { type: 'string' },
      threads: { type: 'string', default: '1' },
      parallel: { type: 'string', default: '1' },
      name: { type: 'string', default: 'diagnosis' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || !(values.data in SOURCES)) return void process.stdout.write(USAGE);
  const seeds = values.seeds.split(',').map(Number);
  if (process.send) return void process.send(await plantAll(values, seeds[0]));
  const left = [...seeds];
  /** @type {{ faults: Judged[], controls: Judged[] }[]} */
  const parts = [];
  const work = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) parts.push(await inChild(seed));
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, work));
  const faults = parts.flatMap((part) => part.faults);
  const controls = parts.flatMap((part) => part.controls);
  const counts = summary(faults, controls);
  process.stdout.write(`\n${JSON.stringify(counts, null, 1)}\n`);
  if (values.only !== undefined) return;
  writeResult(values.name, { data: values.data, seeds, thresholds_of: frozenIn(), summary: counts, faults, controls });
  process.exitCode = counts.faults_named_first === counts.faults && counts.controls_accused === 0 ? 0 : 1;
}

await main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
