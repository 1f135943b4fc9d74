// An API for one test file, with a database, a queue and a data folder of its own, and callers with keys.
import { type ApiDependencies, buildApi } from '@trainyard/api';
import { readConfig } from '@trainyard/config';
import type { Role } from '@trainyard/contracts';
import { type Database, openDatabase } from '@trainyard/db';
import { openQueues, type Queues } from '@trainyard/queue';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';
import { atEnd, createTestEnvironment, TEST_KEY, type TestEnvironment } from '../setup/index.js';

export interface TestApi {
  app: FastifyInstance;
  db: Database;
  store: ObjectStore;
  queues: Queues;
  environment: TestEnvironment;
  operator: Caller;
  /** A member of the operator's project. */
  member: Caller;
  /** A member of another project. */
  stranger: Caller;
}

/** Sends requests with one key. */
export interface Caller {
  secret: string;
  projectId: string;
  get: (path: string) => supertest.Test;
  post: (path: string, body?: object) => supertest.Test;
  patch: (path: string, body: object) => supertest.Test;
  delete: (path: string) => supertest.Test;
}

export async function createTestApi(overrides: Partial<ApiDependencies> = {}): Promise<TestApi> {
  const environment = await createTestEnvironment();
  const config = readConfig('api', { ...environment });
  const db = openDatabase(config.databaseUrl);
  const queues = openQueues(config.redisUrl);
  const store = openObjectStore({ root: config.objectsDir });
  const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
  const app = await buildApi({ ...config, db, store, queues, ...overrides });
  await app.listen({ host: '127.0.0.1', port: 0 });
  // The database is dropped after this, so nothing may still use it.
  atEnd(async () => {
    await app.close();
    await queues.close();
    await db.close();
  });
  const other = await db.projects.create({ name: 'other' });
  const keyOf = (project: string, role: Role) => db.keys.create({ projectId: project, name: role, role });
  return {
    app,
    db,
    store,
    queues,
    environment,
    operator: caller(app, TEST_KEY, projectId),
    member: caller(app, (await keyOf(projectId, 'member')).secret, projectId),
    stranger: caller(app, (await keyOf(other.id, 'member')).secret, other.id),
  };
}

export function caller(app: FastifyInstance, secret: string, projectId: string): Caller {
  const authorization = `Bearer ${secret}`;
  return {
    secret,
    projectId,
    get: (path) => supertest(app.server).get(path).set({ authorization }),
    post: (path, body) => {
      const request = supertest(app.server).post(path).set({ authorization });
      return body === undefined ? request : request.send(body);
    },
    patch: (path, body) => supertest(app.server).patch(path).set({ authorization }).send(body),
    delete: (path) => supertest(app.server).delete(path).set({ authorization }),
  };
}
