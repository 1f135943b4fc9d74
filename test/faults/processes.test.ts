// The fault suite's processes: workers and trainers that are killed, stopped and replaced. The scenarios share a Trainyard.
import { checkpointKills } from './checkpoint-kills.js';
import { faultTest } from './harness.js';
import { orphans } from './orphans.js';
import { randomKills } from './random-kills.js';

for (const scenario of [orphans, randomKills, checkpointKills]) faultTest(scenario);
