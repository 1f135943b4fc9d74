// The two closing lines of a test run.

/**
 * @typedef {object} TestCounts
 * @property {number} passed
 * @property {number} failed Tests, files that could not be loaded, and errors outside any test
 * @property {string[]} skipped One reason for each skipped test
 */

/**
 * @param {string | null} text What the reporter wrote; null when the run never got so far
 * @param {number | null} code The exit code of the run
 * @returns {{ lines: string[], failed: number }}
 */
export function summaryLines(text, code) {
  /** @type {TestCounts} */
  const counts = text === null ? { passed: 0, failed: 0, skipped: [] } : JSON.parse(text);
  // Something failed that no test stands for, such as the start of the services.
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  return { lines: [skippedLine(counts.skipped), `${counts.passed} passed, ${failed} failed`], failed };
}

/** @param {string[]} reasons @returns {string} */
function skippedLine(reasons) {
  if (reasons.length === 0) return '0 skipped';
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return `${reasons.length} skipped: ${[...counts].map(([reason, count]) => `${count} × ${reason}`).join('; ')}`;
}
