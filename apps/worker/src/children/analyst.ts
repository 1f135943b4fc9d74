/** The process that works on one analysis: it builds a trained model again, runs it on onnxruntime and writes files. */
import { ANALYST_PROTOCOL, LOWERING_SETTINGS } from '@trainyard/contracts';
import { analyse, keepLargeBlocksMapped } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { serve } from './serve.js';

serve(ANALYST_PROTOCOL, async (task, { signal, report }) => {
  keepLargeBlocksMapped();
  const [root, threads, setting] = process.argv.slice(2);
  const lowering = LOWERING_SETTINGS.find((known) => known === setting) ?? 'auto';
  await analyse(task, { store: openObjectStore({ root }), threads: Number(threads), lowering, signal, report });
});
