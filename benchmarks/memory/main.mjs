// `npm run bench:memory`: peak memory of trainings, as validation estimates it and as it is.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const MODELS = 'course,mnist_convnet,resnet8,resnet20,mobilenet_small,vgg_small,lenet5';
const TOLERANCE = 0.3;

/** @typedef {{ model: string, lowering: string, batch_size: number, steps_per_run: number, estimated: number, measured: number }} Row */

/** @param {string} model @param {string} batchSize @param {string} threads @param {string} lowering @returns {Row} */
function measure(model, batchSize, threads, lowering) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHILD, model, batchSize, threads, lowering], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${model}, batch ${batchSize}: the training failed.\n${stderr.trim()}`);
  return JSON.parse(stdout);
}

/** @param {number} bytes */
const mebibytes = (bytes) => Math.round(bytes / 2 ** 20);

function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: MODELS },
      batches: { type: 'string', default: '32,128' },
      lowerings: { type: 'string', default: 'portable,blocked' },
      // How many steps a run has depends on the threads, and the memory on that; the estimate counts on two.
      threads: { type: 'string', default: '2' },
    },
  });
  process.stdout.write('model             lowering  batch  estimated MiB  measured MiB  ratio\n');
  const settings = values.models
    .split(',')
    .flatMap((model) =>
      values.lowerings
        .split(',')
        .flatMap((lowering) => values.batches.split(',').map((batch) => ({ model, lowering, batch }))),
    );
  const rows = settings.map(({ model, lowering, batch }) => {
    const row = measure(model, batch, values.threads, lowering);
    const ratio = Math.round((row.estimated / row.measured) * 1000) / 1000;
    const cells = [String(mebibytes(row.estimated)).padStart(13), String(mebibytes(row.measured)).padStart(12)];
    process.stdout.write(
      `${model.padEnd(16)}  ${lowering}  ${batch.padStart(5)}  ${cells.join('  ')}  ${ratio.toFixed(2).padStart(5)}\n`,
    );
    return { ...row, ratio };
  });
  const far = rows.filter(({ ratio }) => Math.abs(ratio - 1) > TOLERANCE);
  process.stdout.write(`\n${rows.length - far.length} of ${rows.length} within ${100 * TOLERANCE} %\n`);
  writeResult('memory', { threads: Number(values.threads), tolerance: TOLERANCE, rows });
  process.exitCode = far.length > 0 ? 1 : 0;
}

main();
