// The fault suite's processes: workers and trainers that are killed, stopped and replaced. The scenarios share a Trainyard.
import { checkpointKills } from './checkpoint-kills.js';
import { churn } from './churn.js';
import { control } from './control.js';
import { faultTest } from './harness.js';
import { oneJob } from './one-job.js';
import { orphans } from './orphans.js';
import { randomKills } from './random-kills.js';
import { zombies } from './zombies.js';

for (const scenario of [orphans, control, oneJob, checkpointKills, zombies, churn, randomKills]) faultTest(scenario);
