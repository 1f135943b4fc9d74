// Children whose worker is killed: one that trains, and one whose main thread is inside an endless native call.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendantsOf, untilGone } from '../worker/processes.js';
import { jobThat, readyDataset, startTrainyard, submit, type Trainyard } from '../worker/trainyard.js';
import type { FaultContext, FaultScenario } from './harness.js';
import { startLoad } from './load.js';

const GONE_WITHIN_MS = 5000;

export const orphans: FaultScenario = {
  name: 'children of a killed worker, on a busy machine',
  rounds: { short: 1, full: 6 },
  limitSeconds: { short: 90, full: 300 },
  async run(context, rounds) {
    const trainyard = await startTrainyard();
    const reader = await trainyard.startWorker();
    const dataset = await readyDataset(trainyard, 20);
    await reader.stop();
    for (let round = 0; round < rounds; round++) {
      context.recovered(await orphanTrainer(trainyard, dataset.id, context));
      context.recovered(await orphanBlocked());
    }
    return { checked: `${2 * rounds} orphans were gone within ${GONE_WITHIN_MS / 1000} s` };
  },
};

/** Kills a worker whose trainer has run for a while, or is still preparing. */
async function orphanTrainer(trainyard: Trainyard, datasetId: string, { dice }: FaultContext): Promise<number> {
  const worker = await trainyard.startWorker();
  const { id } = await submit(trainyard, datasetId, { epochs: 100_000, batch_size: 16 });
  await jobThat(trainyard, id, ({ status }) => status !== 'queued');
  await sleep(dice.between(0, 2000));
  const children = await descendantsOf(worker.process.pid ?? 0);
  const ended = once(worker.process, 'exit');
  const endLoad = startLoad();
  try {
    worker.process.kill('SIGKILL');
    await ended;
    return await untilGone(children, GONE_WITHIN_MS);
  } finally {
    endLoad();
    await trainyard.db.jobs.cancel(trainyard.projectId, id);
  }
}

async function orphanBlocked(): Promise<number> {
  const parent = fork(new URL('../worker/blocking-parent.mjs', import.meta.url), [], { execArgv: [] });
  const [message] = await once(parent, 'message');
  await sleep(1000);
  const endLoad = startLoad();
  try {
    parent.kill('SIGKILL');
    return await untilGone([Number(message.pid)], GONE_WITHIN_MS);
  } finally {
    endLoad();
  }
}
