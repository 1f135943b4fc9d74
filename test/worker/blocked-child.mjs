// A child of a worker whose main thread is inside one endless native call.
import { PROBE_PROTOCOL } from '@trainyard/contracts';
import { serve } from '../../apps/worker/dist/children/serve.js';

serve(PROBE_PROTOCOL, async () => {
  process.send?.({ pid: process.pid });
  await new Promise((resolve) => setTimeout(resolve, 200));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
