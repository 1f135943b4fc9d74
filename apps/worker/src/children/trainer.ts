/** The process that trains one job: compiles it, runs it on onnxruntime and writes its checkpoints. */
import { TRAINER_PROTOCOL } from '@trainyard/contracts';
import { keepLargeBlocksMapped, train } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { serve } from './serve.js';

serve(TRAINER_PROTOCOL, async (task, { signal, report }) => {
  keepLargeBlocksMapped();
  await train(task, { store: openObjectStore({ root: process.argv[2] }), signal, report });
});
