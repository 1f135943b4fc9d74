// Children whose worker is killed: one that trains, and one whose main thread is inside an endless native call.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilGone } from '../worker/processes.js';
import { jobThat } from '../worker/trainyard.js';
import { type Bed, sharedBed } from './bed.js';
import { childrenOf } from './fleet.js';
import type { FaultContext, FaultScenario } from './harness.js';
import { startLoad } from './load.js';

const GONE_WITHIN_MS = 5000;

export const orphans: FaultScenario = {
  name: 'Workers are killed on a busy machine, and their children end by themselves',
  // Without the load, both are in test/worker: control.test.ts and orphan.test.ts.
  rounds: { short: 0, full: 6 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed([]);
    for (let round = 0; round < rounds; round++) {
      context.recovered(await orphanTrainer(bed, context));
      context.recovered(await orphanBlocked());
    }
    return { checked: `${2 * rounds} orphans were gone within ${GONE_WITHIN_MS / 1000} s` };
  },
};

/** Kills a worker whose trainer has run for a while, or is still preparing. */
async function orphanTrainer(bed: Bed, { dice }: FaultContext): Promise<number> {
  const fleet = await bed.fleet(1);
  const [worker] = fleet.workers;
  const id = await bed.submit('stateful', { epochs: 100_000, batch_size: 16 });
  await jobThat(bed.trainyard, id, ({ status }) => status !== 'queued');
  await sleep(dice.between(0, 2000));
  const children = await childrenOf(worker);
  const endLoad = startLoad();
  try {
    await fleet.end(worker, 'SIGKILL');
    return await untilGone(children, GONE_WITHIN_MS);
  } finally {
    endLoad();
    await bed.clear();
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
