// Loaded before each test file below test/.
import { afterAll } from 'vitest';
import { endAll } from './cleanup.js';

afterAll(endAll);
