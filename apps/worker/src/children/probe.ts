/** The process that tries the devices, one after another; a broken driver may take it down, and it alone. */
import { PROBE_PROTOCOL, toErrorRecord } from '@trainyard/contracts';
import { machineTraits, probeDevice } from '@trainyard/runtime';
import { serve } from './serve.js';

serve(PROBE_PROTOCOL, async ({ devices }, { report }) => {
  for (const device of devices) {
    try {
      await probeDevice(device);
    } catch (error) {
      await report({ type: 'fails', device, reason: toErrorRecord(error).message });
      continue;
    }
    await report({ type: 'works', device, ...machineTraits() });
  }
});
