// The disk under Trainyard has no room.
import { describe } from 'vitest';
import { faultTest } from '../harness.js';
import { diskFull } from './disk-full.js';

describe('the disk', () => faultTest(diskFull));
