/** The process that trains one job: compiles it, runs it on onnxruntime and writes its checkpoints. */
import { TRAINER_PROTOCOL } from '@trainyard/contracts';
import { keepLargeBlocksMapped, train } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { HandedOver, serve } from './serve.js';

serve(TRAINER_PROTOCOL, async (task, assignment) => {
  keepLargeBlocksMapped();
  const isDone = await train(task, { store: openObjectStore({ root: process.argv[2] }), ...assignment });
  if (!isDone) throw new HandedOver();
});
