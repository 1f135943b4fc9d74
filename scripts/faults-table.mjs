// The table at the end of the fault suite.

/**
 * @typedef {object} FaultRecord
 * @property {string} name
 * @property {number} rounds
 * @property {string} checked
 * @property {number | null} worstRecoveryMs
 * @property {number} durationMs
 * @property {'passed' | 'failed' | 'skipped'} verdict
 */

const HEAD = ['scenario', 'rounds', 'time', 'worst recovery', 'verdict', 'checked'];

/**
 * @param {string | null} text A record a line; null when the run never got so far
 * @param {number | null} code The exit code of the run
 * @returns {{ lines: string[], failed: number }}
 */
export function tableOf(text, code) {
  const records = (text ?? '').split('\n').filter(Boolean).map(parse);
  const rows = [HEAD, ...records.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  const count = (/** @type {FaultRecord['verdict']} */ verdict) =>
    records.filter((record) => record.verdict === verdict).length;
  // Something failed that no scenario stands for, such as the start of the services.
  const failed = code !== 0 && count('failed') === 0 ? 1 : count('failed');
  return { lines: [...lines, `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`], failed };
}

/** @param {string} line @returns {FaultRecord} */
function parse(line) {
  return JSON.parse(line);
}

/** @param {FaultRecord} record @returns {string[]} */
function cellsOf({ name, rounds, durationMs, worstRecoveryMs, verdict, checked }) {
  const recovery = worstRecoveryMs === null ? '' : `${(worstRecoveryMs / 1000).toFixed(1)} s`;
  return [name, String(rounds), `${Math.round(durationMs / 1000)} s`, recovery, verdict, firstLine(checked)];
}

/** @param {string} text */
function firstLine(text) {
  return text.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
}
