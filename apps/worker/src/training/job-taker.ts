/**
 * Takes jobs out of the queue, one after the other. Postgres says which is next; an entry of Redis only wakes the worker.
 * It also looks by itself, so that lost entries cost seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingClaim } from '@trainyard/db';
import type { WorkerContext } from '../context.js';
import { LEASE_MS } from '../lease.js';

const LOOK_MS = 3000;

export interface JobTaker {
  /** Takes and runs jobs until there is none for this worker. While it is busy, resolves once it is idle. */
  wake(): Promise<void>;
  /** Takes no more jobs, has the one in hand handed back, and resolves once that is done. */
  stop(): Promise<void>;
}

type Run = (context: WorkerContext, claim: TrainingClaim, shutdown: AbortSignal) => Promise<void>;

export function startJobTaker(context: WorkerContext, run: Run): JobTaker {
  const { db, log, workerId, abilities } = context;
  const stopping = new AbortController();
  let working: Promise<void> | null = null;
  let failing = false;
  let wokenAgain = false;

  async function work(): Promise<void> {
    try {
      while (!stopping.signal.aborted) {
        const claim = await db.jobs.claimNext({ workerId, leaseMs: LEASE_MS, ...abilities });
        failing = false;
        if (claim === null && !wokenAgain) return;
        wokenAgain = false;
        if (claim !== null) await run(context, claim, stopping.signal);
      }
    } catch (error) {
      // Said once: every look fails while, for example, Postgres is away.
      if (!failing) log.error({ err: error }, 'jobs cannot be taken or ended; trying again');
      failing = true;
    }
  }

  function wake(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    // While it is busy this worker keeps hold of the entry, so that the next ones wake others.
    if (working !== null) {
      wokenAgain = true;
      return working;
    }
    working = work().finally(() => {
      working = null;
    });
    return working;
  }

  async function lookAround(): Promise<void> {
    while (!stopping.signal.aborted) {
      await wake();
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const looking = lookAround();
  return {
    wake,
    async stop() {
      stopping.abort();
      await Promise.all([working, looking]);
    },
  };
}
