// A whole Trainyard for one test file: database, queue and data folder, which several processes can share.
import { freePort } from '../../scripts/stack/ports.mjs';
import { createTestFolder } from './folder.js';
import { createTestDatabase } from './postgres.js';
import { createTestRedis } from './redis.js';

/** The variables that the programs read; hand it to `startApi`, `startWorker`, `startInference` or `readConfig`. */
export interface TestEnvironment {
  DATABASE_URL: string;
  REDIS_URL: string;
  TRAINYARD_DATA_DIR: string;
  TRAINYARD_HOST: string;
  TRAINYARD_PORT: string;
  TRAINYARD_INFERENCE_PORT: string;
  TRAINYARD_INFERENCE_URL: string;
  TRAINYARD_API_KEY: string;
  TRAINYARD_THREADS: string;
  TRAINYARD_LOWERING: string;
  TRAINYARD_LOG_LEVEL: string;
}

/** Key of an operator of the project `default` in every test environment. */
export const TEST_KEY = 'ty_test_operator_key_0123456789abcdef';

export async function createTestEnvironment(): Promise<TestEnvironment> {
  const [database, redis, port, inferencePort] = await Promise.all([
    createTestDatabase(),
    createTestRedis(),
    freePort(),
    freePort(),
  ]);
  return {
    DATABASE_URL: database,
    REDIS_URL: redis,
    TRAINYARD_DATA_DIR: createTestFolder(),
    TRAINYARD_HOST: '127.0.0.1',
    TRAINYARD_PORT: String(port),
    TRAINYARD_INFERENCE_PORT: String(inferencePort),
    TRAINYARD_INFERENCE_URL: `http://127.0.0.1:${inferencePort}`,
    TRAINYARD_API_KEY: TEST_KEY,
    // A second one waits busily for the first, which costs more than it gains with networks as small as the tests'.
    TRAINYARD_THREADS: '1',
    // Measuring takes longer than most of the trainings here.
    TRAINYARD_LOWERING: 'blocked',
    TRAINYARD_LOG_LEVEL: 'info',
  };
}
