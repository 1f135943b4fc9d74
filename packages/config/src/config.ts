/** One schema per app, filled from the environment when the process starts. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { LOWERING_SETTINGS, type LoweringSetting } from '@trainyard/contracts';
import { type Static, type TObject, Type } from 'typebox';
import { type Environment, readVariables } from './variables.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const Port = (value: number) => Type.Integer({ minimum: 0, maximum: 65535, default: value });

const Shared = {
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://.+', description: 'a postgresql:// address' }),
  TRAINYARD_DATA_DIR: Type.String({ minLength: 1, default: '.trainyard' }),
  TRAINYARD_HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  TRAINYARD_LOG_LEVEL: Type.Unsafe<(typeof LOG_LEVELS)[number]>({
    type: 'string',
    enum: [...LOG_LEVELS],
    default: 'info',
  }),
};

const Redis = { REDIS_URL: Type.String({ pattern: '^rediss?://.+', description: 'a redis:// address' }) };
const Threads = { TRAINYARD_THREADS: Type.Integer({ minimum: 1, maximum: 1024, default: availableParallelism() }) };
const Jobs = { TRAINYARD_JOBS_MAX: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })) };

/** How training steps are compiled for the CPU. */
const Lowering = {
  TRAINYARD_LOWERING: Type.Unsafe<LoweringSetting>({ type: 'string', enum: [...LOWERING_SETTINGS], default: 'auto' }),
};

/** The same for every worker and the API, which explains what a job waits for. */
const Queue = {
  TRAINYARD_PROJECT_MAX_RUNNING_JOBS: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  TRAINYARD_PLAN_WAIT_SECONDS: Type.Integer({ minimum: 0, maximum: 31_536_000, default: 300 }),
};

const HOUR_MS = 3_600_000;

/** A day: longer than any checkpoint takes. */
const STOP_SECONDS_MAX = 86_400;
const Stop = { TRAINYARD_STOP_SECONDS: Type.Integer({ minimum: 1, maximum: STOP_SECONDS_MAX, default: 20 }) };

const SCHEMAS = {
  api: Type.Object({
    ...Shared,
    ...Redis,
    ...Queue,
    TRAINYARD_PORT: Port(8080),
    TRAINYARD_API_KEY: Type.Optional(
      Type.String({ pattern: '^[\\x21-\\x7e]{16,200}$', description: '16 to 200 printable characters without spaces' }),
    ),
    TRAINYARD_INFERENCE_URL: Type.String({
      pattern: '^https?://.+',
      description: 'an http:// address',
      default: 'http://127.0.0.1:8081',
    }),
    TRAINYARD_MAX_UPLOAD_BYTES: Type.Integer({ minimum: 1, default: 10 * 1024 ** 3 }),
    TRAINYARD_UPLOAD_HOURS: Type.Integer({ minimum: 1, maximum: 8760, default: 24 }),
    TRAINYARD_PROJECT_MAX_UPLOADS: Type.Integer({ minimum: 1, maximum: 100_000, default: 100 }),
    TRAINYARD_WEBHOOK_ALLOW_PRIVATE: Type.Unsafe<'true' | 'false'>({
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
    }),
  }),
  worker: Type.Object({ ...Shared, ...Redis, ...Queue, ...Threads, ...Jobs, ...Lowering, ...Stop }),
  inference: Type.Object({
    ...Shared,
    ...Threads,
    TRAINYARD_INFERENCE_PORT: Port(8081),
    TRAINYARD_MODELS_MAX: Type.Integer({ minimum: 1, maximum: 1000, default: 8 }),
  }),
};

export type App = keyof typeof SCHEMAS;
type SharedVariables = Pick<Static<typeof SCHEMAS.worker>, Exclude<keyof typeof Shared, 'TRAINYARD_HOST'>>;

interface SharedConfig {
  databaseUrl: string;
  dataDir: string;
  /** The root of the object store. */
  objectsDir: string;
  logLevel: (typeof LOG_LEVELS)[number];
}

/** How jobs are taken out of the queue. */
export interface QueueRulesConfig {
  /** How many jobs of a project may be trained at once, where the project itself has no limit; null for any number. */
  projectMaxRunningJobs: number | null;
  /** How long a job is kept for a worker that can repeat its plan to the bit. */
  planWaitSeconds: number;
}

/** How resumable uploads are kept. */
export interface UploadRulesConfig {
  /** How long one is kept without another byte. */
  lifetimeMs: number;
  /** How many a project may have that no data set was made of. */
  openMax: number;
}

export interface ApiConfig extends SharedConfig {
  redisUrl: string;
  queueRules: QueueRulesConfig;
  host: string;
  port: number;
  /** The bootstrap key; without it one is made at the first start. */
  apiKey: string | undefined;
  inferenceUrl: string;
  maxUploadBytes: number;
  uploadRules: UploadRulesConfig;
  /** Whether webhooks may be sent to addresses that are not public. */
  webhookAllowPrivate: boolean;
}

export interface WorkerConfig extends SharedConfig {
  redisUrl: string;
  queueRules: QueueRulesConfig;
  /** Those of all its trainings together. */
  threads: number;
  /** How many jobs are trained at once; null where the worker shall find out itself. */
  jobsMax: number | null;
  /** How training steps are compiled for the CPU; `auto` measures. */
  lowering: LoweringSetting;
  /** How long a training has to write a checkpoint and hand over, when the worker is told to stop. */
  stopMs: number;
}

export interface InferenceConfig extends SharedConfig {
  host: string;
  port: number;
  threads: number;
  /** Models that are loaded at once, a process for each. */
  modelsMax: number;
}

export interface Config {
  api: ApiConfig;
  worker: WorkerConfig;
  inference: InferenceConfig;
}

const READERS: { [A in App]: (env: Environment) => Config[A] } = {
  api(env) {
    const read = readVariables(SCHEMAS.api, env);
    return {
      ...shared(read),
      redisUrl: read.REDIS_URL,
      queueRules: queueRules(read),
      host: read.TRAINYARD_HOST,
      port: read.TRAINYARD_PORT,
      apiKey: read.TRAINYARD_API_KEY,
      inferenceUrl: read.TRAINYARD_INFERENCE_URL,
      maxUploadBytes: read.TRAINYARD_MAX_UPLOAD_BYTES,
      uploadRules: {
        lifetimeMs: read.TRAINYARD_UPLOAD_HOURS * HOUR_MS,
        openMax: read.TRAINYARD_PROJECT_MAX_UPLOADS,
      },
      webhookAllowPrivate: read.TRAINYARD_WEBHOOK_ALLOW_PRIVATE === 'true',
    };
  },
  worker(env) {
    const read = readVariables(SCHEMAS.worker, env);
    return {
      ...shared(read),
      redisUrl: read.REDIS_URL,
      queueRules: queueRules(read),
      threads: read.TRAINYARD_THREADS,
      jobsMax: read.TRAINYARD_JOBS_MAX ?? null,
      lowering: read.TRAINYARD_LOWERING,
      stopMs: read.TRAINYARD_STOP_SECONDS * 1000,
    };
  },
  inference(env) {
    const read = readVariables(SCHEMAS.inference, env);
    return {
      ...shared(read),
      host: read.TRAINYARD_HOST,
      port: read.TRAINYARD_INFERENCE_PORT,
      threads: read.TRAINYARD_THREADS,
      modelsMax: read.TRAINYARD_MODELS_MAX,
    };
  },
};

function shared(read: SharedVariables): SharedConfig {
  const dataDir = resolve(read.TRAINYARD_DATA_DIR);
  return {
    databaseUrl: read.DATABASE_URL,
    dataDir,
    objectsDir: join(dataDir, 'objects'),
    logLevel: read.TRAINYARD_LOG_LEVEL,
  };
}

function queueRules(read: Static<TObject<typeof Queue>>): QueueRulesConfig {
  return {
    projectMaxRunningJobs: read.TRAINYARD_PROJECT_MAX_RUNNING_JOBS ?? null,
    planWaitSeconds: read.TRAINYARD_PLAN_WAIT_SECONDS,
  };
}

/** The configuration of `app`. Throws a `ConfigError` whose message has a line for each variable that is wrong. */
export function readConfig<A extends App>(app: A, env: Environment = process.env): Config[A] {
  return READERS[app](env);
}
