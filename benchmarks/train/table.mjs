// Prints the tables of docs/performance.md and of the README from the files of results, as Markdown. With `--write` it puts
// them into docs/performance.md, between the comments that name them.
//
//     node benchmarks/train/table.mjs [--write] [--name train] [--roofline roofline]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const DOCUMENT = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const NAMES = /** @type {const} */ ({ torch: 'PyTorch', torch_current: 'PyTorch', tensorflow: 'TensorFlow' });
/** Kinds of nodes with less than this share in all networks are one column. */
const SHARE_MIN = 0.05;

/** @typedef {import('./figures.mjs').Ratio} Ratio */
/** @typedef {{ median_ms: number, p20_ms: number, quartiles_ms: [number, number], setting: string, version?: string, lowering?: string,
 *   ratio?: Ratio, trials: ({ setting: string, ms: number } | { setting: string, failed: string })[] }} Figures */
/** @typedef {{ model: string, mode: string, batch_size: number, contenders: Record<string, Figures> }} Result */

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `|${cells.map((cell) => (cell ? ` ${cell} ` : ' ')).join('|')}|`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** @param {number} ms */
function shortMs(ms) {
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
}

/** @param {Figures | undefined} figures */
function time(figures) {
  return figures ? `${shortMs(figures.median_ms)} (${shortMs(figures.p20_ms)})` : '';
}

/** @param {Ratio | undefined} ratio */
function shownRatio(ratio) {
  if (!ratio) return '';
  const { median, interval_95, limit, reached } = ratio;
  const [low, high] = interval_95.map((value) => value.toFixed(2));
  const figure = `${median.toFixed(2)} [${low}, ${high}]`;
  return limit === null ? figure : `${figure}, ${reached ? '' : '**missed** '}${limit}`;
}

/** @param {readonly Result[]} results @returns {(keyof typeof NAMES)[]} */
function rivalsIn(results) {
  return /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES)).filter((id) =>
    results.some(({ contenders }) => contenders[id]),
  );
}

/** Name and version. @param {readonly Result[]} results @param {keyof typeof NAMES} id */
function titleOf(results, id) {
  const version = results.map(({ contenders }) => contenders[id]?.version).find(Boolean) ?? '';
  return `${NAMES[id]} ${version.replace(/\+.*|a0$/, '')}`;
}

/** @param {readonly Result[]} results */
function comparison(results) {
  const ids = rivalsIn(results);
  const head = ['Network', 'Batch', 'Trainyard', ...ids.flatMap((id) => [titleOf(results, id), 'Ratio'])];
  const rows = results.map(({ model, batch_size, contenders }) => [
    `\`${model}\``,
    String(batch_size),
    time(contenders.ours),
    ...ids.flatMap((id) => [time(contenders[id]), shownRatio(contenders[id]?.ratio)]),
  ]);
  return table(head, rows);
}

/** For the README: training alone, images a second. @param {readonly Result[]} results */
function short(results) {
  const ids = rivalsIn(results);
  const head = ['Training', 'Trainyard, images/s', ...ids.map((id) => `times ${titleOf(results, id)}`)];
  const rows = results.map(({ model, batch_size, contenders }) => [
    `\`${model}\`, batch ${batch_size}`,
    Math.round((1000 * batch_size) / contenders.ours.median_ms).toLocaleString('en'),
    ...ids.map((id) => contenders[id]?.ratio?.median.toFixed(2) ?? ''),
  ]);
  return table(head, rows);
}

/** Every setting that was tried, with the one that took part in bold. @param {readonly Result[]} results */
function trials(results) {
  const rows = results.flatMap(({ model, mode, batch_size, contenders }) =>
    Object.entries(contenders).map(([id, { setting, trials: tried, lowering }]) => {
      const shown = tried.map((trial) => {
        const figure = `${trial.setting} ${'ms' in trial ? shortMs(trial.ms) : 'failed'}`;
        return trial.setting === setting ? `**${figure}**` : figure;
      });
      return [`\`${model}\``, `${mode} ${batch_size}`, id, shown.join(', ') + (lowering ? ` (${lowering})` : '')];
    }),
  );
  return table(['Network', 'Batch', 'Who', 'ms in trials'], rows);
}

/** @param {{ backend: string, version: string, images_per_s?: number, failed?: string }[] | null} backends @param {readonly Result[]} results */
function javascript(backends, results) {
  const course = results.find(({ model, mode }) => model === 'course' && mode === 'train');
  const speed = (/** @type {Figures | undefined} */ figures) =>
    figures && course
      ? Math.round((1000 * course.batch_size) / figures.median_ms).toLocaleString('en')
      : 'not measured';
  const rows = [
    ['Trainyard', speed(course?.contenders.ours)],
    ...(backends ?? []).map(({ backend, version, images_per_s, failed }) => [
      `@tensorflow/tfjs ${version}, backend \`${backend}\``,
      failed ? `cannot train: ${failed}` : String(images_per_s),
    ]),
    [`${titleOf(results, 'tensorflow')} from Python, in tfjs-node's place`, speed(course?.contenders.tensorflow)],
  ];
  return table(['`course`, training', 'images/s'], rows);
}

/** @param {{ threads: number, matrix_gflops: number, convolution_gflops: number, bandwidth_gbs: number }[]} peaks */
function peakTable(peaks) {
  const head = ['Threads', 'Matrix product, GFLOP/s', 'Blocked convolution, GFLOP/s', 'Memory, GB/s'];
  const rows = peaks.map(({ threads, matrix_gflops, convolution_gflops, bandwidth_gbs }) =>
    [threads, matrix_gflops, convolution_gflops, bandwidth_gbs].map(String),
  );
  return table(head, rows);
}

/** @typedef {Awaited<ReturnType<typeof import('../roofline/place.mjs').placeOf>>} Place */

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** @param {readonly Place[]} places */
function placeTable(places) {
  const head = [
    'Network',
    'Lowering',
    'ms',
    'GFLOP',
    'MB',
    'FLOP a byte',
    'GFLOP/s',
    'of the peak',
    'GB/s',
    'of memory',
  ];
  const rows = places.map((place) => [
    `\`${place.model}\``,
    place.lowering,
    ...[place.ms, place.gflop, place.megabytes, place.flops_per_byte, place.gflops].map((value) =>
      value.toPrecision(3),
    ),
    percent(place.matrix_share),
    place.gbs.toPrecision(3),
    percent(place.bandwidth_share),
  ]);
  return table(
    head,
    rows.map((row) => row.map((cell) => String(Number(cell) || cell))),
  );
}

/** What part of a step is for what. @param {readonly Place[]} places */
function kindTable(places) {
  const kinds = places[0].profile.kinds.map(({ kind }) => kind);
  const shareOf = (/** @type {Place} */ { profile }, /** @type {string} */ kind) =>
    profile.kinds.find((row) => row.kind === kind)?.share ?? 0;
  const shown = kinds.filter((kind) => places.some((place) => shareOf(place, kind) >= SHARE_MIN));
  const rows = shown.map((kind) => [kind, ...places.map((place) => percent(shareOf(place, kind)))]);
  return table(['', ...places.map(({ model }) => `\`${model}\``)], rows);
}

/** @param {string} name */
function read(name) {
  const file = fileURLToPath(new URL(`../results/${name}.json`, import.meta.url));
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** Tables by name: those that stand in docs/performance.md, and `readme`. */
function tables() {
  /** @type {Record<string, string>} */
  const blocks = {};
  const train = read(values.name);
  if (train) {
    /** @type {Result[]} */
    const results = train.results;
    const of = (/** @type {string} */ mode) => results.filter((result) => result.mode === mode);
    blocks.readme = short(of('train'));
    blocks.training = withSource(comparison(of('train')), train);
    blocks.inference = comparison(of('predict'));
    blocks.trials = trials(results);
    if (train.start) blocks.start = `${train.start.ms.join(', ')} ms.`;
    blocks.javascript = javascript(train.tfjs, results);
  }
  const roofline = read(values.roofline);
  if (roofline) {
    blocks.peaks = withSource(peakTable(roofline.peaks), roofline);
    blocks.places = placeTable(roofline.places);
    blocks.kinds = kindTable(roofline.places);
  }
  return blocks;
}

/** @param {string} text @param {{ commit: string, cpu: string, cores: number }} source */
function withSource(text, { commit, cpu, cores }) {
  return `${text}\n\nCommit \`${commit}\`, ${cores} cores of ${cpu}.`;
}

/** Exchanges what stands between `begin` and `end` of each table. @param {Record<string, string>} blocks */
function writeInto(blocks) {
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const [name, block] of Object.entries(blocks)) {
    const place = new RegExp(`(<!-- begin ${name} -->\\n)[^]*?(<!-- end ${name} -->)`);
    text = text.replace(place, (_, begin, end) => `${begin}${block}\n${end}`);
  }
  writeFileSync(DOCUMENT, text);
}

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'train' },
    roofline: { type: 'string', default: 'roofline' },
    write: { type: 'boolean', default: false },
  },
});
const blocks = tables();
for (const [name, block] of Object.entries(blocks)) process.stdout.write(`<!-- ${name} -->\n${block}\n\n`);
if (values.write) writeInto(blocks);
