// `npm run bench:roofline`: what this machine can do at most, how much of it each network's training step reaches, and where its
// time goes. Draws docs/images/roofline.svg.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';
import { TRAIN_MODELS, trainModel } from '../train/models.mjs';
import { drawRoofline } from './drawing.mjs';
import { bandwidth, convolutionPeak, matrixPeak } from './peaks.mjs';
import { placeOf } from './place.mjs';

const NAMES = TRAIN_MODELS.map(({ name }) => name);
const DRAWING = fileURLToPath(new URL('../../docs/images/roofline.svg', import.meta.url));

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {number} threads */
async function measurePeaks(threads) {
  const peaks = [];
  for (const count of new Set([1, threads])) {
    const peak = {
      threads: count,
      matrix_gflops: await matrixPeak(count),
      convolution_gflops: await convolutionPeak(count),
      bandwidth_gbs: await bandwidth(count),
    };
    const rates = `matrix product ${peak.matrix_gflops}, blocked convolution ${peak.convolution_gflops} GFLOP/s`;
    say(`${count} threads: ${rates}; memory ${peak.bandwidth_gbs} GB/s`);
    peaks.push(peak);
  }
  return peaks;
}

/** @param {Awaited<ReturnType<typeof placeOf>>} place */
function print({ model, lowering, ms, gflops, gbs, matrix_share, bandwidth_share, flops_per_byte, profile }) {
  const shares = `${percent(matrix_share)} of the matrix peak, ${percent(bandwidth_share)} of the bandwidth`;
  say(`\n${model} (${lowering}): ${ms} ms, ${gflops} GFLOP/s, ${gbs} GB/s, ${flops_per_byte} FLOP a byte; ${shares}`);
  for (const { kind, nodes, ms: own, share } of profile.kinds) {
    if (share >= 0.005) say(`  ${kind.padEnd(50)}${percent(share).padStart(5)}  ${own} ms in ${nodes} nodes`);
  }
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: NAMES.join(',') },
      threads: { type: 'string', default: '2' },
      lowering: { type: 'string', default: 'auto' },
      name: { type: 'string', default: 'roofline' },
      drawing: { type: 'string', default: DRAWING },
    },
  });
  const threads = Number(values.threads);
  const peaks = await measurePeaks(threads);
  const roof = peaks[peaks.length - 1];
  const places = [];
  for (const name of values.models.split(',')) {
    const place = await placeOf(trainModel(name), { threads, lowering: values.lowering, roof });
    print(place);
    places.push(place);
  }
  writeResult(values.name, { threads, peaks, places });
  writeFileSync(values.drawing, drawRoofline(roof, places));
  say(`Drawn into ${values.drawing}`);
}

await main();
