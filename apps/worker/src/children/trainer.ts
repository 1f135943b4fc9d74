/** The process that trains one job: compiles it, runs it on onnxruntime and writes its checkpoints. */
import { TRAINER_PROTOCOL, type TrainerReport, type TrainingTask } from '@trainyard/contracts';
import { verifyManifest } from '@trainyard/datasets';
import { HandedOverUnwritten, keepLargeBlocksMapped, patientStore, train, warmUp } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { type Assignment, HandedOver, serve } from './serve.js';

serve(TRAINER_PROTOCOL, trainJob, warmUp);

async function trainJob(task: TrainingTask, assignment: Assignment<TrainerReport>): Promise<void> {
  keepLargeBlocksMapped();
  const { signal, order, report } = assignment;
  const store = patientStore(openObjectStore({ root: process.argv[2] }), {
    signal,
    order,
    say: (level, message) => report({ type: 'log', level, message }),
  });
  try {
    await verifyManifest(store, task.dataset.id, task.dataset.digest);
    if (!(await train(task, { store, ...assignment }))) throw new HandedOver();
  } catch (error) {
    throw error instanceof HandedOverUnwritten ? new HandedOver() : error;
  }
}
