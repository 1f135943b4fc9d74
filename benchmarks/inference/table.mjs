// `--table`: the tables of docs/performance.md, from a file of results.
import { readFileSync } from 'node:fs';

/** @typedef {import('./judge.mjs').Verdict} Verdict */

/** @param {string} name Of the file, without its end */
export function tablesOf(name) {
  const path = new URL(`../results/${name}.json`, import.meta.url);
  const { results } = JSON.parse(readFileSync(path, 'utf8'));
  return [rateTable(results), hopTable(results), verdictTable(results)].join('\n\n');
}

/** @param {readonly any[]} results */
function rateTable(results) {
  const names = ['bare_32', 'tensor_32', 'bare_1', 'echo', 'tensor_1', 'handler', 'bare_jpeg', 'jpeg', 'handler_jpeg'];
  const rows = results.map(({ model, rates: { figures } }) => {
    return [code(model), ...names.map((name) => grouped(figures[name]?.per_s))];
  });
  return table(['Images a second', ...names.map(code)], rows);
}

/** @param {readonly any[]} results */
function hopTable(results) {
  const rows = results.map(({ model, rates: { figures } }) => {
    const { tensor_1, public_tensor_1, one_connection, public_one_connection } = figures;
    return [
      code(model),
      `${grouped(tensor_1.per_s)} → ${grouped(public_tensor_1.per_s)}`,
      `${one_connection.p50_ms.toFixed(2)} → ${public_one_connection.p50_ms.toFixed(2)}`,
      `${tensor_1.server_cores.toFixed(2)} + ${tensor_1.generator_cores.toFixed(2)}`,
    ];
  });
  const head = ['', '64 connections, images/s', '1 connection, p50 ms', 'processors: server + generator'];
  return table(head, rows);
}

/** @param {readonly any[]} results */
function verdictTable(results) {
  const rows = results.flatMap(({ model, rates, same_load, half_peak }) => {
    /** @type {Verdict[]} */
    const verdicts = [...rates.verdicts, same_load?.verdict, half_peak?.verdict].filter(Boolean);
    return verdicts.map(({ what, median, interval_95: [low, high], limit, reached, without_generator }) => [
      code(model),
      what,
      `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`,
      without_generator?.toFixed(2) ?? '',
      String(limit),
      reached ? 'reached' : '**missed**',
    ]);
  });
  return table(['', 'Ratio', 'Median', "Without the generator's time", 'Wanted', ''], rows);
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(head), line(head.map(() => '---')).replaceAll(' --- ', '---'), ...rows.map(line)].join('\n');
}

/** @param {string} text */
function code(text) {
  return `\`${text}\``;
}

/** @param {number | undefined} value */
function grouped(value) {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}
