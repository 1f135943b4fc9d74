/**
 * Takes jobs out of the queue, as many at once as the worker has room for. Postgres says which is next; an entry of Redis only
 * wakes the worker. It also looks by itself, so that lost entries cost seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingClaim } from '@trainyard/db';
import type { WorkerContext } from '../context.js';
import { LEASE_MS } from '../lease.js';
import { JobSlots } from './job-slots.js';

const LOOK_MS = 3000;

export interface JobTaker {
  /** Takes jobs until there is none for this worker. While it has no room, resolves once it has and there is none. */
  wake(): Promise<void>;
  /** Takes no more jobs, has those in hand handed back, and resolves once that is done. */
  stop(): Promise<void>;
}

type Run = (context: WorkerContext, claim: TrainingClaim, shutdown: AbortSignal) => Promise<void>;

export function startJobTaker(context: WorkerContext, run: Run): JobTaker {
  const { db, log, workerId, abilities } = context;
  const stopping = new AbortController();
  const slots = new JobSlots(context.threads, context.jobsMax);
  const running = new Set<Promise<void>>();
  let taking: Promise<void> | null = null;
  let failing = false;
  let wokenAgain = false;

  function failed(error: unknown): void {
    // Said once: every look fails while, for example, Postgres is away.
    if (!failing) log.error({ err: error }, 'jobs cannot be taken or ended; trying again');
    failing = true;
  }

  /** Trains one job beside the others; when it has ended there is room, and a limit may have been waiting for it. */
  function start(claim: TrainingClaim): void {
    const { threads, release } = slots.take(claim.demand, plannedThreads(claim.plan));
    const job = run({ ...context, threads }, claim, stopping.signal)
      .then(
        () => true,
        (error) => {
          failed(error);
          return false;
        },
      )
      .then((isWell) => {
        running.delete(job);
        release();
        if (isWell) void wake();
      });
    running.add(job);
  }

  async function take(): Promise<void> {
    try {
      while (!stopping.signal.aborted) {
        if (!slots.hasRoom) {
          await Promise.race(running);
          continue;
        }
        const claim = await db.jobs.claimNext({ workerId, leaseMs: LEASE_MS, ...abilities });
        failing = false;
        if (claim === null && !wokenAgain) return;
        wokenAgain = false;
        if (claim !== null) start(claim);
      }
    } catch (error) {
      failed(error);
    }
  }

  function wake(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    // While it has no room this worker keeps hold of the entry, so that the next ones wake others.
    if (taking !== null) {
      wokenAgain = true;
      return taking;
    }
    taking = take().finally(() => {
      taking = null;
    });
    return taking;
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
      await Promise.all([taking, looking]);
      await Promise.all(running);
    },
  };
}

/** Null where the job has no plan yet; one that cannot be read is refused where it is needed. */
function plannedThreads(plan: unknown): number | null {
  if (typeof plan !== 'object' || plan === null || !('threads' in plan)) return null;
  return typeof plan.threads === 'number' ? plan.threads : null;
}
