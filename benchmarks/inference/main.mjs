// `npm run bench:inference`: what the inference server makes of a processor, in turns with bare loops of onnxruntime, an
// echo server and the handler that a user would write.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createShutdown } from '../../scripts/stack/shutdown.mjs';
import { writeResult } from '../report.mjs';
import { requireAgreement } from './agreement.mjs';
import { Child } from './child.mjs';
import { addTargets } from './contenders.mjs';
import { measureHalfPeak, measureRates, measureSameLoad } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { SERVED_MODELS, servedModel } from './models.mjs';
import { printFigures, printGrowth, printVerdict, say } from './print.mjs';
import { withChildren } from './processes.mjs';
import { startServing } from './serving.mjs';
import { tablesOf } from './table.mjs';
import { fastestLoops } from './threads.mjs';

const USAGE = `npm run bench:inference -- [--models ${SERVED_MODELS.join(',')}] [--pairs 16] [--turn-ms 500]
    [--open-ms 1800] [--parts rates,same-load,half-peak] [--connections 64] [--threads <n>] [--name inference]
npm run bench:inference -- --memory [--requests 200000] [--models mnist_convnet]
npm run bench:inference -- --table [--name inference]
  --turn-ms, --open-ms  what counts of a turn, of throughput and of latency at a given load
  --threads             of the server's models; as many as there are processors where left out
  --name                of the file of results
  --table               prints the tables of a file of results as Markdown
`;

const PARTS = /** @type {const} */ (['rates', 'same-load', 'half-peak']);
/** The handler that a user would write is to be beaten for these. */
const BEATS_HANDLER = ['course', 'resnet8'];
const RAMP_MS = 150;
const OPEN_RAMP_MS = 300;

/** @typedef {{ pairs: number, connections: number, turnMs: number, openMs: number, parts: readonly string[] }} Amount */
/** @typedef {import('./serving.mjs').Serving} Serving */
/** @typedef {{ serving: Serving, generator: Child, bare: Child, echo: { port: number, pid: number } }} Stage */

/** A server of the benchmark's own that says its port. @param {string} script @param {readonly string[]} [args] */
async function listening(script, args) {
  const child = new Child(script, args);
  const { port } = await child.hear();
  return { port, pid: child.pid, end: () => child.end() };
}

/** @param {string} name @param {Stage} stage @param {Amount} amount */
async function measure(name, { serving, generator, bare, echo }, amount) {
  const model = await servedModel(name);
  const { onnx, endpoint } = await serving.serve(model);
  const file = join(serving.folder, `${name}.onnx`);
  writeFileSync(file, onnx);
  const { width, height, channels } = model.image;
  const handler = await listening('rivals/handler.mjs', [file, width, height, channels].map(String));
  const turn = { rampMs: RAMP_MS, windowMs: amount.turnMs };
  const { connections } = amount;
  const open = { model, serving, generator, bare, echo, handler, connections, turn, pidsOf: withChildren };
  await bare.ask({ type: 'open', onnx, image: model.image, pixels: model.pixels, jpegs: model.jpegs });
  await addTargets(open);
  await requireAgreement(open);
  const { loops, trials } = await fastestLoops(bare, turn);
  const measured = await measureParts({ ...open, loops }, endpoint, amount);
  await handler.end();
  return { model: name, image: model.image, loops, trials, ...measured };
}

/** @param {import('./contenders.mjs').Setting} setting @param {any} endpoint @param {Amount} amount */
async function measureParts(setting, endpoint, { pairs, openMs, parts }) {
  const { name } = setting.model;
  const beatsHandler = BEATS_HANDLER.includes(name);
  const rates = await measureRates(setting, pairs, beatsHandler);
  printFigures(name, rates.figures);
  for (const verdict of rates.verdicts) printVerdict(verdict);
  const amount = { pairs, openMs: { rampMs: OPEN_RAMP_MS, windowMs: openMs } };
  const { handler, tensor_1 } = rates.figures;
  const same =
    beatsHandler && parts.includes('same-load') ? await measureSameLoad(setting, handler.per_s, amount) : null;
  if (same) report(`${name}, ${same.per_s.toFixed(0)}/s asked for`, same);
  const delayMs = Number(endpoint.batching?.max_delay_ms ?? 0);
  const half = parts.includes('half-peak')
    ? await measureHalfPeak(setting, tensor_1.per_s, { ...amount, delayMs })
    : null;
  if (half) report(`${name}, ${half.per_s.toFixed(0)}/s asked for`, half);
  return { rates, same_load: same, half_peak: half };
}

/** @param {string} title @param {{ figures: import('./print.mjs').Figures, verdict: import('./judge.mjs').Verdict }} measured */
function report(title, { figures, verdict }) {
  printFigures(title, figures);
  printVerdict(verdict);
}

/** @param {Stage} stage @param {readonly string[]} models @param {Amount} amount @param {{ threads: number, name: string }} settings */
async function compare(stage, models, amount, { threads, name }) {
  const results = [];
  for (const model of models) results.push(await measure(model, stage, amount));
  const verdicts = results.flatMap(({ rates, same_load, half_peak }) => [
    ...rates.verdicts,
    ...(same_load ? [same_load.verdict] : []),
    ...(half_peak ? [half_peak.verdict] : []),
  ]);
  const reached = verdicts.filter((verdict) => verdict.reached).length;
  say(`\n${reached} of ${verdicts.length} reached`);
  writeResult(name, { threads, ...amount, results: rounded(results) });
  return reached === verdicts.length ? 0 : 1;
}

/** @param {Stage} stage @param {string} name @param {{ requests: number, connections: number }} amount */
async function watchMemory(stage, name, amount) {
  const model = await servedModel(name);
  await stage.serving.serve(model);
  const memory = await measureMemory({ ...stage, model }, amount);
  say(`${amount.requests} requests in ${memory.seconds.toFixed(0)} s, ${memory.failed} refused`);
  printGrowth('server', memory.server);
  printGrowth('its models', memory.models);
  writeResult('inference-memory', { model: name, ...memory });
  return memory.failed === 0 && memory.server.reached && memory.models.reached ? 0 : 1;
}

/** To four decimals, for the file. @param {unknown} value @returns {unknown} */
function rounded(value) {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => (typeof inner === 'number' ? Number(inner.toFixed(4)) : inner)),
  );
}

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} */
async function main(shutdown) {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: SERVED_MODELS.join(',') },
      pairs: { type: 'string', default: '16' },
      'turn-ms': { type: 'string', default: '500' },
      'open-ms': { type: 'string', default: '1800' },
      parts: { type: 'string', default: PARTS.join(',') },
      connections: { type: 'string', default: '64' },
      threads: { type: 'string', default: String(availableParallelism()) },
      name: { type: 'string', default: 'inference' },
      memory: { type: 'boolean', default: false },
      requests: { type: 'string', default: '200000' },
      table: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.table) {
    say(values.help ? USAGE : tablesOf(values.name));
    return 0;
  }
  const [pairs, connections, turnMs, openMs, threads] = [
    values.pairs,
    values.connections,
    values['turn-ms'],
    values['open-ms'],
    values.threads,
  ].map(Number);
  const serving = await startServing(shutdown, threads);
  const stage = {
    serving,
    generator: new Child('generator/main.mjs'),
    bare: new Child('rivals/bare.mjs'),
    echo: await listening('rivals/echo.mjs'),
  };
  const models = values.models.split(',');
  if (values.memory) return watchMemory(stage, models[0], { requests: Number(values.requests), connections });
  const amount = { pairs, connections, turnMs, openMs, parts: values.parts.split(',') };
  return compare(stage, models, amount, { threads, name: values.name });
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
