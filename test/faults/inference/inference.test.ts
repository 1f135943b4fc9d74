// Hosted inference: models' processes that are killed and stopped, checkpoints that are damaged, requests that are no good.
import { describe } from 'vitest';
import { faultTest } from '../harness.js';
import { damagedCheckpoint } from './damaged-checkpoint.js';
import { killedModels } from './killed-models.js';
import { malformedRequests } from './malformed/malformed.js';
import { stuckModel } from './stuck-model.js';

describe('hosted inference', () => {
  for (const scenario of [killedModels, stuckModel, damagedCheckpoint, malformedRequests]) faultTest(scenario);
});
