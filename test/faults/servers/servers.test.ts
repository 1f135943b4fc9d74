// The servers under Trainyard go away and come back.
import { describe } from 'vitest';
import { faultTest } from '../harness.js';
import { redisScenarios } from './redis-scenarios.js';

describe('servers', () => {
  for (const scenario of redisScenarios) faultTest(scenario);
});
