// The tables that the benchmark prints.
import process from 'node:process';

const NAME_WIDTH = 24;

/** @typedef {ReturnType<typeof import('./measure.mjs').figuresOf>} Figures */

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {string} title @param {Figures} figures */
export function printFigures(title, figures) {
  say(`\n${title.padEnd(NAME_WIDTH)} turns  images/s  cpu us/image  failed   p50 ms   p99 ms  server  generator`);
  for (const [name, row] of Object.entries(figures)) {
    const { turns, per_s, cpu_us, failed, p50_ms, p99_ms, server_cores, generator_cores } = row;
    const cells = [
      name.padEnd(NAME_WIDTH),
      String(turns).padStart(5),
      per_s.toFixed(0).padStart(9),
      (cpu_us ?? 0).toFixed(0).padStart(13),
      String(failed).padStart(7),
      decimals(p50_ms).padStart(8),
      decimals(p99_ms).padStart(8),
      decimals(server_cores).padStart(7),
      decimals(generator_cores).padStart(10),
    ];
    say(cells.join(' '));
  }
}

/** @param {import('./judge.mjs').Verdict} verdict */
export function printVerdict({ what, median, interval_95: [low, high], limit, reached, without_generator }) {
  const beside =
    without_generator === undefined ? '' : `; ${without_generator.toFixed(2)} without the generator's time`;
  const figure = `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  say(`  ${what.padEnd(40)} ${figure}  (${limit}): ${reached ? 'reached' : 'MISSED'}${beside}`);
}

/** @param {string} whose @param {Awaited<ReturnType<typeof import('./memory.mjs').measureMemory>>['server']} growth */
export function printGrowth(whose, { median_bytes_by_fifth, growth, limit, reached }) {
  const parts = median_bytes_by_fifth.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ');
  say(`${whose}: ${parts} MiB; last to second ${growth.toFixed(3)} (${limit}): ${reached ? 'reached' : 'MISSED'}`);
}

/** @param {number | null} value */
function decimals(value) {
  return value === null ? '' : value.toFixed(2);
}
