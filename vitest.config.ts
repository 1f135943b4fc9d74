// `unit` tests sit beside the source and need nothing running; `api` tests are below test/ and share one PostgreSQL and
// one Redis, in which every test file gets a database of its own.
import { defineConfig } from 'vitest/config';

/** onnxruntime would report how it is used to its maker, and leave files in the temporary folder. */
const env = { ORT_DISABLE_TELEMETRY: '1' };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'api',
          env,
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/setup/global.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
