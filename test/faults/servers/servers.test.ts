// The servers under Trainyard go away and come back, and its API is killed.
import { describe } from 'vitest';
import { FORM, faultTest } from '../harness.js';
import { apiSubmits } from './api-submits.js';
import { apiUploads } from './api-uploads.js';
import { postgresScenarios } from './postgres-scenarios.js';
import { redisScenarios } from './redis-scenarios.js';

describe('servers', () => {
  for (const scenario of [...redisScenarios, ...postgresScenarios, apiSubmits, apiUploads]) {
    if (scenario.rounds[FORM] > 0) faultTest(scenario);
  }
});
