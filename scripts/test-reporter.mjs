// A vitest reporter that leaves its counts in a file, from which `npm test` prints its closing lines.
import { writeFileSync } from 'node:fs';
import process from 'node:process';

export default class TestReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {import('./test-summary.mjs').TestCounts} */
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) count(test, counts);
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      counts.failed += module.errors().length;
      if (module.state() === 'failed' && counts.failed === before) counts.failed += 1;
    }
    const file = process.env.TRAINYARD_TEST_SUMMARY;
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }
}

/**
 * @param {import('vitest/node').TestCase} test
 * @param {import('./test-summary.mjs').TestCounts} counts
 */
function count(test, counts) {
  const result = test.result();
  if (result.state === 'passed') counts.passed += 1;
  else if (result.state === 'skipped') counts.skipped.push(result.note ?? 'no reason given');
  else counts.failed += 1;
}
