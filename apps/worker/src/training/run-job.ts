/**
 * One attempt at a training job that was taken: trains it in a child, writes what the child reports, and ends it or hands it
 * back. Everything is written under the attempt's fence, so a worker that has lost the job changes nothing any more.
 */
import {
  type ErrorRecord,
  type JobResult,
  parseExecutionPlan,
  type StopOrder,
  TRAINER_PROTOCOL,
  type TrainerReport,
  type TrainingTask,
} from '@trainyard/contracts';
import { type Database, StaleAttemptError, type TrainingClaim } from '@trainyard/db';
import type { Logger } from 'pino';
import { type ChildOutcome, runChild } from '../child/run-child.js';
import type { ChildCommand } from '../child/start-child.js';
import type { WorkerContext } from '../context.js';
import { chooseDevice } from '../devices/choose-device.js';
import { holdLease, LEASE_MS, LeaseLapsedError } from '../lease.js';
import { NEVER, patientDatabase, throughOutages } from '../patient-database.js';
import { JobLog } from './job-log.js';
import { JobWriter } from './job-writer.js';
import { countOomKills } from './oom-kills.js';
import { planText } from './report-lines.js';
import { removeStrayFiles } from './stray-files.js';
import { describeError, errorOf } from './training-error.js';
import { describeTransfer } from './transfer-task.js';

/**
 * A trainer's heap is small and hardly grows, but every run brings and frees megabytes of arrays outside it, which V8 counts as growth: it
 * would mark the whole heap after every run, and again whenever it seems idle, on a thread that the training needs.
 */
const TRAINER_V8_OPTIONS = ['--initial-old-space-size=128', '--no-memory-reducer'];

/** What trains; it has no task yet. */
export function trainerCommand(objectsDir: string): ChildCommand {
  const script = new URL('../../dist/children/trainer.js', import.meta.url);
  return { script, args: [objectsDir], v8Options: TRAINER_V8_OPTIONS };
}

type Ending = 'cancelled' | 'paused' | 'stopped' | 'shutdown';

/** What the trainer is told. */
const ORDERS: Readonly<Record<Ending, StopOrder>> = {
  cancelled: 'abandon',
  paused: 'hand_over',
  stopped: 'keep',
  shutdown: 'hand_over',
};

/** What the log of the job says of it. */
const STOP_LINES: Readonly<Record<Ending, string>> = {
  cancelled: 'The job is to be cancelled: the trainer is told to stop.',
  paused: 'The job is to be paused: the trainer is told to write a checkpoint and stop.',
  stopped: 'The job is to be stopped: the trainer is told to end here and keep its best weights.',
  shutdown: 'The worker is to stop: the trainer is told to write a checkpoint and stop.',
};

export async function runJob(context: WorkerContext, claim: TrainingClaim, shutdown: AbortSignal): Promise<void> {
  const log = context.log.child({ job_id: claim.id, attempt: claim.attempt });
  log.info('took a job');
  try {
    await new JobRun(context, claim, log).run(shutdown);
  } catch (error) {
    if (!(error instanceof StaleAttemptError)) throw error;
    log.warn('the job is no longer held by this worker');
  }
}

class JobRun {
  readonly #context: WorkerContext;
  /** For what is written meanwhile: it waits through outages for as long as the lease may be held. */
  readonly #held: Database;
  /** For what ends the attempt: it waits as long as an outage lasts, and the fence says whether the attempt still counts. */
  readonly #endings: Database;
  readonly #claim: TrainingClaim;
  readonly #log: Logger;
  readonly #writer: JobWriter;
  readonly #jobLog: JobLog;
  readonly #stop = new AbortController();
  /** Ends a trainer that was told to keep its work and is to end sooner after all. */
  readonly #kill = new AbortController();
  #ending: Ending | null = null;
  readonly #lost = new AbortController();

  constructor(context: WorkerContext, claim: TrainingClaim, log: Logger) {
    const { db, objectsDir } = context;
    this.#context = context;
    this.#held = patientDatabase(db, this.#lost.signal);
    this.#endings = patientDatabase(db, NEVER);
    this.#claim = claim;
    this.#log = log;
    this.#writer = new JobWriter({ ...context, db: this.#held }, claim);
    this.#jobLog = new JobLog({ jobLogs: db.jobLogs, fence: claim, log, folders: [objectsDir] });
  }

  async run(shutdown: AbortSignal): Promise<void> {
    const onShutdown = () => this.#stopFor('shutdown');
    shutdown.addEventListener('abort', onShutdown);
    if (shutdown.aborted) onShutdown();
    const releaseLease = this.#holdLease();
    this.#jobLog.info(`The worker ${this.#context.workerId} has taken the job.`);
    try {
      const killedBefore = await countOomKills();
      const ended = await this.#train();
      const killed = (await countOomKills()) > killedBefore;
      const outcome = this.#lost.signal.aborted ? this.#lapsed(this.#lost.signal.reason) : ended;
      // The last lines of the log are not to be lost either.
      await throughOutages(() => this.#endings.check(), NEVER);
      this.#jobLog.outcome(outcome);
      await this.#jobLog.end();
      await this.#settle(outcome, killed);
    } finally {
      shutdown.removeEventListener('abort', onShutdown);
      await this.#jobLog.end();
      await releaseLease();
    }
  }

  #stopFor(ending: Ending): void {
    if (this.#ending === ending) return;
    if (this.#ending !== null && ending !== 'cancelled' && ending !== 'shutdown') return;
    this.#log.info({ reason: ending }, 'stopping the trainer');
    this.#jobLog.info(STOP_LINES[ending]);
    // A cancellation goes before everything else; a worker that is told to stop cannot wait for a test.
    if (this.#ending !== null && (ending === 'cancelled' || this.#ending === 'stopped')) this.#kill.abort();
    if (this.#ending !== 'cancelled') this.#ending = ending;
    this.#stop.abort(ORDERS[ending]);
  }

  #holdLease(): () => Promise<void> {
    const { db } = this.#context;
    return holdLease({
      renew: async () => {
        const { cancelRequested, control } = await db.jobs.renewLease(this.#claim, LEASE_MS);
        if (cancelRequested) this.#stopFor('cancelled');
        else if (control !== null) this.#stopFor(control === 'pause' ? 'paused' : 'stopped');
      },
      isLost: (error) => error instanceof StaleAttemptError,
      onLost: (error) => this.#lost.abort(error),
    });
  }

  /** What is left of an attempt whose lease is lost: nothing where another worker has it, else its end is to be written. */
  #lapsed(reason: unknown): ChildOutcome {
    if (!(reason instanceof LeaseLapsedError)) throw reason;
    this.#log.warn({ err: reason }, 'stopped the trainer');
    return { type: 'failed', error: describeError(reason), stderr: '' };
  }

  async #train(): Promise<ChildOutcome> {
    const { trainers, handOverMs } = this.#context;
    try {
      const task = await this.#describe();
      return await runChild({
        child: trainers.take(),
        protocol: TRAINER_PROTOCOL,
        task,
        onReport: (report) => this.#write(report),
        stop: this.#stop.signal,
        handOverMs,
        kill: AbortSignal.any([this.#lost.signal, this.#kill.signal]),
      });
    } catch (error) {
      if (error instanceof StaleAttemptError) throw error;
      this.#log.error({ err: error }, 'the training could not go on');
      return { type: 'failed', error: describeError(error), stderr: '' };
    } finally {
      // Not sooner: while it trains a job has the processor and the memory for itself.
      if (this.#ending !== 'shutdown') trainers.prepare();
    }
  }

  /** Lines that came before a change of the status stand before it in the log. */
  async #write(report: TrainerReport): Promise<void> {
    if (report.type === 'running') await this.#jobLog.flush();
    await this.#writer.write(report);
    this.#jobLog.report(report);
  }

  /** All that the trainer has to know; also fixes the device and writes it down. */
  async #describe(): Promise<TrainingTask> {
    const { devices, threads, lowering } = this.#context;
    const db = this.#held;
    const claim = this.#claim;
    const planned = claim.plan === null ? null : parseExecutionPlan(claim.plan);
    const device = chooseDevice(claim.deviceRequested, planned?.device ?? null, devices);
    await db.jobs.setDevice(claim, device);
    this.#jobLog.info(`It runs on ${device.used}. ${device.reason}.`);
    if (planned !== null) this.#jobLog.info(`The plan of the job is kept: ${planText(planned)}.`);
    await removeStrayFiles({ ...this.#context, db }, claim);
    const { id, task, classes, targets, image, fit, stats } = claim.dataset;
    const transfer = await describeTransfer(db, claim);
    return {
      job_id: claim.id,
      attempt: claim.attempt,
      spec: claim.spec,
      training: claim.training,
      dataset: { id, digest: claim.datasetDigest, task, classes, targets, image, fit, stats },
      device: device.used,
      threads,
      lowering,
      plan: planned?.device === device.used ? planned : null,
      elapsed_s: claim.elapsedSeconds,
      hold_at_epoch: claim.holdAtEpoch,
      ...(await db.checkpoints.ofEarlierAttempts(claim.id)),
      ...(transfer ? { transfer } : {}),
    };
  }

  /** `killed` says that the system has killed a process for want of memory meanwhile. */
  async #settle(outcome: ChildOutcome, killed: boolean): Promise<void> {
    if (this.#writer.trained) return this.#finish();
    const { batch_size } = this.#claim.training;
    if (outcome.type !== 'stopped') return this.#settleFailed(errorOf(outcome, killed, batch_size, this.#log));
    if (this.#ending !== 'stopped') return this.#settleStopped();
    return this.#settleFailed({ code: 'worker_lost', message: 'The trainer ended before its result was written.' });
  }

  async #finish(): Promise<void> {
    const { jobs } = this.#endings;
    const { best } = await jobs.get(this.#claim.projectId, this.#claim.id);
    const { test = null, stop_reason = 'completed', peak_memory_bytes = null } = this.#writer.trained ?? {};
    const result: JobResult = { test, stop_reason, best };
    await jobs.finish(this.#claim, result, peak_memory_bytes);
    this.#log.info('finished a job');
  }

  #settleStopped(): Promise<void> {
    const { jobs } = this.#endings;
    if (this.#ending === 'cancelled') return jobs.markCancelled(this.#claim);
    if (this.#ending === 'paused') return jobs.markPaused(this.#claim);
    if (this.#ending === null && this.#claim.holdAtEpoch !== null) return jobs.markHeld(this.#claim);
    return jobs.release(this.#claim, 'The worker was stopped');
  }

  #settleFailed(error: ErrorRecord): Promise<void> {
    const { jobs } = this.#endings;
    if (this.#ending !== null && this.#ending !== 'stopped') return this.#settleStopped();
    return jobs.fail(this.#claim, error);
  }
}
