import { describe, it } from 'vitest';
import { probeDevice } from './probe.js';

describe('probeDevice', () => {
  it('trains on the CPU', async () => {
    await probeDevice('cpu');
  });
});
