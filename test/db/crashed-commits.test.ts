// A transaction whose Postgres crashes while it is committed, so that its number is forgotten and given away again.
import { join } from 'node:path';
import { isDatabaseUnavailable, migrate } from '@trainyard/db';
import { beforeAll, expect, it } from 'vitest';
import { openClient, type PrismaClient } from '../../packages/db/src/client.js';
import { settleCommits } from '../../packages/db/src/settled-commits.js';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { type Restartable, restartablePostgres } from '../faults/servers/restartable.js';
import { atEnd, createTestFolder } from '../setup/index.js';

/** Rows of `slow_commits` take half a second to commit. */
const SLOW_COMMITS = `
  DO $do$ BEGIN
    CREATE TABLE slow_commits (name text);
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER take_time AFTER INSERT ON slow_commits DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION take_time();
  END $do$`;

let postgres: Restartable;
let plain: PrismaClient;
let settling: PrismaClient;

beforeAll(async () => {
  const guard = startGuard();
  atEnd(() => guard.close());
  postgres = await restartablePostgres({ directory: join(createTestFolder(), 'postgres'), guard });
  atEnd(() => postgres.down('fast'));
  await migrate(postgres.url);
  plain = openClient(postgres.url);
  settling = settleCommits(openClient(postgres.url), 60_000);
  atEnd(() => Promise.all([plain.$disconnect(), settling.$disconnect()]));
  await plain.$executeRawUnsafe(SLOW_COMMITS);
});

const write = () => settling.$transaction((tx) => tx.$executeRaw`INSERT INTO slow_commits VALUES ('row')`);

const count = () => plain.$queryRaw`SELECT count(*)::int AS count FROM slow_commits`;

const committing = () =>
  plain.$queryRaw`SELECT 1 AS one FROM pg_stat_activity WHERE state = 'active' AND query = 'COMMIT'`;

it('has not happened, and can be tried again', async () => {
  const failing = write().then(
    () => null,
    (error: unknown) => error,
  );
  await expect.poll(committing, { interval: 20 }).toEqual([{ one: 1 }]);
  await postgres.down('immediate');
  await postgres.up();
  const failure = await failing;
  expect(isDatabaseUnavailable(failure), String(failure)).toBe(true);
  expect(await count()).toEqual([{ count: 0 }]);
  expect(await write()).toBe(1);
  expect(await count()).toEqual([{ count: 1 }]);
});
