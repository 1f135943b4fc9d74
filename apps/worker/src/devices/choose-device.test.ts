import type { WorkerDevice } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { chooseDevice } from './choose-device.js';

const cpu: WorkerDevice = { device: 'cpu', available: true, reason: null };
const cuda: WorkerDevice = { device: 'cuda', available: true, reason: null };
const noCuda: WorkerDevice = { device: 'cuda', available: false, reason: 'no driver' };

describe('chooseDevice', () => {
  it('takes CUDA where it works', () => {
    expect(chooseDevice('auto', null, [cpu, cuda]).used).toBe('cuda');
  });

  it('falls back to the CPU and says why', () => {
    expect(chooseDevice('auto', null, [cpu, noCuda])).toEqual({
      used: 'cpu',
      reason: 'CUDA is not available on this worker: no driver',
    });
  });

  it('does what the job asks for', () => {
    expect(chooseDevice('cpu', null, [cpu, cuda]).used).toBe('cpu');
    expect(chooseDevice('cuda', null, [cpu, cuda]).used).toBe('cuda');
  });

  it('goes on where the job began, if it can', () => {
    expect(chooseDevice('auto', 'cpu', [cpu, cuda]).used).toBe('cpu');
    expect(chooseDevice('auto', 'cuda', [cpu, noCuda]).used).toBe('cpu');
  });
});
