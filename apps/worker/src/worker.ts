/** The worker: tries its devices, attaches itself, and takes data sets and jobs from the queues until it is stopped. */
import { totalmem } from 'node:os';
import type { WorkerConfig } from '@trainyard/config';
import { openDatabase, waitForMigrations } from '@trainyard/db';
import { consume } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import type { Logger } from 'pino';
import { runAnalysis } from './analysis/run-analysis.js';
import { SpareChild } from './child/spare-child.js';
import { probeDevices } from './devices/probe-devices.js';
import { runIngest } from './ingest/run-ingest.js';
import { register } from './registration.js';
import { defaultJobsMax } from './training/job-slots.js';
import { startJobTaker } from './training/job-taker.js';
import { runJob, trainerCommand } from './training/run-job.js';

export interface RunningWorker {
  /** Hands back what is in hand and leaves nothing running. */
  stop(): Promise<void>;
}

/**
 * Trainings use every core; reading an archive goes on beside them, and so does an analysis, which somebody waits for. One entry
 * for a training wakes the worker, which takes as many as it has room for.
 */
const CONCURRENCY = { ingest: 1, training: 1, analysis: 1 };

/** Each takes some 100 MiB while it waits. */
const SPARE_TRAINERS_MAX = 2;

/** Longer than any attempt outlives an outage: it is not over before what it has written is known. */
const SETTLE_MS = 600_000;

/** What there is, or what the control group allows. */
function memoryBytes(): number {
  // Without a limit this is 0, or more than there is.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

export async function startWorker(config: WorkerConfig, log: Logger, stop: AbortSignal): Promise<RunningWorker> {
  const store = openObjectStore({ root: config.objectsDir });
  await store.check();
  await waitForMigrations(config.databaseUrl);
  const { devices, traits } = await probeDevices(stop);
  stop.throwIfAborted();
  for (const { device, available, reason } of devices) log.info({ device, available, reason }, 'tried a device');
  if (traits === null) throw new Error('Training works on no device of this machine');
  log.info({ traits }, 'the machine computes with');
  const db = openDatabase(config.databaseUrl, config.queueRules, { settleMs: SETTLE_MS });
  const { objectsDir, threads, lowering, stopMs: handOverMs } = config;
  const abilities = { devices: devices.filter(({ available }) => available).map(({ device }) => device), traits };
  const hasCuda = abilities.devices.includes('cuda');
  const jobsMax = Math.min(threads, config.jobsMax ?? defaultJobsMax({ threads, memory: memoryBytes(), hasCuda }));
  log.info({ threads, jobs_max: jobsMax }, 'trains with');
  const { workerId, end: endRegistration } = await register(db, { devices, traits, jobSlots: jobsMax }, log);
  const trainers = new SpareChild(trainerCommand(objectsDir), Math.min(jobsMax, SPARE_TRAINERS_MAX));
  trainers.prepare();
  const context = {
    workerId,
    db,
    store,
    objectsDir,
    devices,
    abilities,
    trainers,
    threads,
    jobsMax,
    lowering,
    handOverMs,
    log,
  };
  const taker = startJobTaker(context, runJob);
  const onError = (error: Error) => log.error({ err: error }, 'a queue failed');
  const consumers = [
    consume(config.redisUrl, 'ingest', ({ dataset_id }, signal) => runIngest(context, dataset_id, signal), {
      concurrency: CONCURRENCY.ingest,
      onError,
    }),
    consume(config.redisUrl, 'analysis', ({ analysis_id }, signal) => runAnalysis(context, analysis_id, signal), {
      concurrency: CONCURRENCY.analysis,
      onError,
    }),
    consume(config.redisUrl, 'training', () => taker.wake(), {
      concurrency: CONCURRENCY.training,
      onError,
    }),
  ];
  return {
    async stop() {
      await Promise.all([taker.stop(), ...consumers.map((consumer) => consumer.close())]);
      await trainers.close();
      await endRegistration();
      await db.close();
    },
  };
}
