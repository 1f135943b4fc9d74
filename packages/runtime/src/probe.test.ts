import { describe, expect, it } from 'vitest';
import { probeDevice } from './probe.js';

describe('probeDevice', () => {
  it('trains on the CPU', async () => {
    await probeDevice('cpu');
  });

  it('says why CUDA does not work, without the folders of this machine', async (context) => {
    const error: unknown = await probeDevice('cuda').catch((thrown: unknown) => thrown);
    if (error === undefined) context.skip('CUDA works here');
    expect(error).toMatchObject({ code: 'device_unavailable', detail: expect.stringMatching(/^[^/]{20,}$/) });
  });
});
