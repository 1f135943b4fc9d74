/** The process that tries a device; a broken driver may take it down, and it alone. */
import { PROBE_PROTOCOL } from '@trainyard/contracts';
import { machineTraits, probeDevice } from '@trainyard/runtime';
import { serve } from './serve.js';

serve(PROBE_PROTOCOL, async ({ device }, { report }) => {
  await probeDevice(device);
  await report({ type: 'works', ...machineTraits() });
});
