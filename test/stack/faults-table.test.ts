import { describe, expect, it } from 'vitest';
import { tableOf } from '../../scripts/faults-table.mjs';

const RECORD = { rounds: 200, checked: 'all of it', worstRecoveryMs: 18_240, durationMs: 61_000, verdict: 'passed' };

function jsonLines(...records: object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

describe('the table of the fault suite', () => {
  it('has a line for each scenario and counts the verdicts', () => {
    const broken = {
      ...RECORD,
      name: 'disk full',
      worstRecoveryMs: null,
      verdict: 'failed',
      checked: 'a row is lost\n at',
    };
    const { lines, failed } = tableOf(jsonLines({ ...RECORD, name: 'kills' }, broken), 1);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['scenario', 'rounds', 'time', 'worst recovery', 'verdict', 'checked'],
      [expect.stringMatching(/^-+$/), ...Array(5).fill(expect.stringMatching(/^-+$/))],
      ['kills', '200', '61 s', '18.2 s', 'passed', 'all of it'],
      ['disk full', '200', '61 s', 'failed', 'a row is lost'],
      ['1 passed, 1 failed, 0 skipped'],
    ]);
    expect(failed).toBe(1);
  });

  it('counts a run that failed outside of any scenario, or reported none, as failed', () => {
    expect(tableOf(null, 1).failed).toBe(1);
    expect(tableOf(jsonLines({ ...RECORD, name: 'kills' }), 1).failed).toBe(1);
    expect(tableOf(jsonLines({ ...RECORD, name: 'kills' }), 0).failed).toBe(0);
    expect(tableOf(null, 0).lines.at(-1)).toBe('0 passed, 0 failed, 0 skipped');
  });
});
