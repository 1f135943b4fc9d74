// Databases for tests, each a fresh one in the shared server.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '@trainyard/db';
import pg from 'pg';
import { inject } from 'vitest';
import { atEnd } from './cleanup.js';

/** Makes an empty database, without tables, and drops it when the test file ends. Answers its URL. */
export function createEmptyDatabase(): Promise<string> {
  return createDatabase('template1');
}

async function createDatabase(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin((client) => client.query(`create database ${name} template ${template}`));
  atEnd(() => asAdmin((client) => dropDatabase(client, name)));
  return urlOf(name);
}

function urlOf(name: string): string {
  return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
}

const CLOSING_MS = 1_000;

/** Connections that are just being closed are let be: one that is cut instead throws in its process, whoever listens. */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  const until = performance.now() + CLOSING_MS;
  const isInUse = async () =>
    (await client.query('select 1 from pg_stat_activity where datname = $1 limit 1', [name])).rowCount !== 0;
  while (performance.now() < until && (await isInUse())) await sleep(20);
  await client.query(`drop database if exists ${name} with (force)`);
}

/** Makes a database with every migration applied, and drops it when the test file ends. Answers its URL. */
export async function createTestDatabase(): Promise<string> {
  await asAdmin(ensureMigrated);
  return createDatabase(MIGRATED);
}

/** What each database of a test is a copy of: the migrations are applied once in a run. */
const MIGRATED = 'migrated';

/** The first to ask makes it; the others wait. It has its name once it is whole. */
async function ensureMigrated(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_lock(2)');
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [MIGRATED]);
  if (rowCount !== 0) return;
  await client.query('drop database if exists unfinished');
  await client.query('create database unfinished');
  await migrate(urlOf('unfinished'));
  await client.query(`alter database unfinished rename to ${MIGRATED}`);
}

/** Numbers that no other test file gets, of one kind. */
export async function nextNumber(kind: string): Promise<number> {
  return asAdmin(async (client) => {
    await client.query('select pg_advisory_lock(1)');
    await client.query(`create sequence if not exists ${kind}`);
    const result = await client.query<{ value: string }>(`select nextval('${kind}') as value`);
    return Number(result.rows[0]?.value);
  });
}

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
