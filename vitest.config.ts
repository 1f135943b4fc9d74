// `unit` tests sit beside the source and need nothing running, nor do those of `engine` and `files`; `api` tests are below test/
// and share one PostgreSQL and one Redis, in which every test file gets a database of its own. `faults` is the fault suite in its full form; in its
// short form it is part of `api`.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { changedPackages } from './scripts/changed-packages.mjs';

const changed = changedPackages(fileURLToPath(new URL('.', import.meta.url)));
if (changed.length > 0) {
  process.stderr.write(`Changed since they were built: ${changed.join(', ')}. \`npm run build\` builds them.\n`);
}

/** onnxruntime would report how it is used to its maker, and leave files in the temporary folder. */
const env = { ORT_DISABLE_TELEMETRY: '1' };

/** What is built is loaded by Node itself: through vitest it takes each test file seconds more. */
const server = { deps: { external: [/\/(?:packages|apps)\/[a-z]+\/dist\//] } };

/** What is below test/. */
const below = { env, server, setupFiles: ['test/setup/at-end.ts'], testTimeout: 120_000, hookTimeout: 120_000 };

/** Tests that run real programs against real servers. */
const api = { ...below, globalSetup: ['test/setup/global.ts'] };

/** What needs no server and changes nothing outside itself is not loaded anew for each file: that takes longer than most tests. */
const together = { isolate: false };
const ENGINE = 'test/engine/**/*.test.ts';
const FILES = 'test/{datasets,runtime}/**/*.test.ts';

const faults = { test: { ...api, name: 'faults', include: ['test/faults/**/*.test.ts'] } };

export default defineConfig({
  test: {
    // Many of the tests wait more than they compute, so two files at once pay on a machine with two cores as well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          env,
          server,
          ...together,
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      { test: { ...below, ...together, name: 'engine', include: [ENGINE] } },
      { test: { ...below, ...together, name: 'files', include: [FILES] } },
      { test: { ...api, name: 'api', include: ['test/**/*.test.ts'], exclude: [ENGINE, FILES] } },
      ...(process.env.TRAINYARD_FAULTS === 'full' ? [faults] : []),
    ],
  },
});
