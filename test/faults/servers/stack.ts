// A Trainyard whose servers can be taken away: its own PostgreSQL and Redis, and every program a process of its own.
import { join } from 'node:path';
import { type Database, openDatabase } from '@trainyard/db';
import { openObjectStore } from '@trainyard/storage';
import { startGuard } from '../../../scripts/stack/guard.mjs';
import {
  atEnd,
  createTestFolder,
  type Program,
  startApi,
  startWorker,
  TEST_KEY,
  type TestEnvironment,
} from '../../setup/index.js';
import type { Trainyard } from '../../worker/trainyard.js';
import { Client } from './client.js';
import { lastingPort, type Restartable, restartablePostgres, restartableRedis } from './restartable.js';

export interface Stack extends Trainyard {
  readonly environment: TestEnvironment;
  readonly postgres: Restartable;
  readonly redis: Restartable;
  readonly client: Client;
  /** The one that runs now. */
  api: Program;
  readonly workers: readonly Program[];
  /** Starts the API again, on the same port. */
  restartApi(): Promise<void>;
  /** Ends everything; also done at the end of the test file. */
  end(): Promise<void>;
}

/** `dataDir` is where the programs keep their files; left out, a folder beside the servers' own. */
export async function startStack(workerCount: number, dataDir?: string): Promise<Stack> {
  const folder = createTestFolder();
  const guard = startGuard();
  atEnd(() => guard.close());
  const [postgres, redis] = await Promise.all([
    restartablePostgres({ directory: join(folder, 'postgres'), guard }),
    restartableRedis({ directory: join(folder, 'redis'), guard }),
  ]);
  const environment = await environmentOf(dataDir ?? join(folder, 'data'), postgres.url, redis.url);
  const programs: Program[] = [];
  const workers: Program[] = [];
  const started = async (starting: Promise<Program>): Promise<Program> => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  const api = await started(startApi(environment));
  const db = openDatabase(environment.DATABASE_URL);
  const { projectId } = await db.projects.ensureBootstrap();
  const stack: Stack = {
    environment,
    postgres,
    redis,
    api,
    workers,
    db,
    projectId,
    databaseUrl: environment.DATABASE_URL,
    redisUrl: redis.url,
    store: openObjectStore({ root: join(environment.TRAINYARD_DATA_DIR, 'objects') }),
    client: new Client(`http://127.0.0.1:${environment.TRAINYARD_PORT}`, TEST_KEY),
    async startWorker() {
      const worker = await started(startWorker(environment));
      workers.push(worker);
      return worker;
    },
    async restartApi() {
      stack.api = await started(startApi(environment));
    },
    end: once(() => endAll(programs, db)),
  };
  atEnd(stack.end);
  await Promise.all(Array.from({ length: workerCount }, stack.startWorker));
  return stack;
}

async function environmentOf(dataDir: string, database: string, redis: string): Promise<TestEnvironment> {
  const [port, inferencePort] = await Promise.all([lastingPort(), lastingPort()]);
  return {
    DATABASE_URL: database,
    REDIS_URL: redis,
    TRAINYARD_DATA_DIR: dataDir,
    TRAINYARD_HOST: '127.0.0.1',
    TRAINYARD_PORT: String(port),
    TRAINYARD_INFERENCE_PORT: String(inferencePort),
    TRAINYARD_INFERENCE_URL: `http://127.0.0.1:${inferencePort}`,
    TRAINYARD_API_KEY: TEST_KEY,
    TRAINYARD_THREADS: '1',
    TRAINYARD_LOWERING: 'blocked',
    TRAINYARD_LOG_LEVEL: 'info',
  };
}

async function endAll(programs: readonly Program[], db: Database): Promise<void> {
  await Promise.all(programs.map((program) => program.stop()));
  await db.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
