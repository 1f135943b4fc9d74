import { describe, expect, it } from 'vitest';
import { summaryLines } from '../../scripts/test-summary.mjs';

describe('the closing lines of npm test', () => {
  it('counts what was skipped by its reason', () => {
    const text = JSON.stringify({ passed: 5, failed: 0, skipped: ['no CUDA here', 'no data', 'no CUDA here'] });
    expect(summaryLines(text, 0)).toEqual({
      lines: ['3 skipped: 2 × no CUDA here; 1 × no data', '5 passed, 0 failed'],
      failed: 0,
    });
  });

  it('says that nothing was skipped', () => {
    const text = JSON.stringify({ passed: 1, failed: 2, skipped: [] });
    expect(summaryLines(text, 1).lines).toEqual(['0 skipped', '1 passed, 2 failed']);
  });

  it('counts a run that ended without a report, or failed outside any test, as a failure', () => {
    expect(summaryLines(null, null).lines.at(-1)).toBe('0 passed, 1 failed');
    expect(summaryLines(JSON.stringify({ passed: 9, failed: 0, skipped: [] }), 1).failed).toBe(1);
  });
});
