import { faultTest } from './harness.js';
import { orphans } from './orphans.js';

faultTest(orphans);
