// What a test below test/ needs to run against the real thing.
export { atEnd } from './cleanup.js';
export { sharedData } from './data.js';
export { createTestEnvironment, TEST_KEY, type TestEnvironment } from './environment.js';
export { createTestFolder } from './folder.js';
export { createEmptyDatabase, createTestDatabase } from './postgres.js';
export { type Program, startApi, startInference, startWorker } from './program.js';
export { createTestRedis } from './redis.js';
