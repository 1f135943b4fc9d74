/** Applies `prisma/migrations` and keeps Prisma's own record of it, so that `prisma migrate` agrees elsewhere. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TrainyardError } from '@trainyard/contracts';
import pg from 'pg';
import { isDatabaseUnavailable } from './errors.js';

/** From `packages/db/dist` or `packages/db/src`, in a clone as in an image. */
const MIGRATIONS = new URL('../../../prisma/migrations/', import.meta.url);

/** The lock that `prisma migrate deploy` takes, so that the two never run at once. */
const LOCK = 72_707_369;

const CONNECT_MS = 5_000;

const CREATE_RECORD = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

export interface MigrateOptions {
  /** How long to wait for a database that cannot be reached; not at all by default. */
  waitMs?: number;
  /** Hears, once, that it waits. */
  onWait?: () => void;
}

/** Brings the database to the present schema and answers the names of what was applied. Safe to call from many processes. */
export async function migrate(url: string, { waitMs = 0, onWait = () => {} }: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations();
  const deadline = performance.now() + waitMs;
  for (let waiting = false; ; waiting = true) {
    try {
      return await withConnection(url, (client) => applyMissing(client, migrations));
    } catch (error) {
      if (!isDatabaseUnavailable(error) || performance.now() >= deadline) throw error;
    }
    if (!waiting) onWait();
    await delay(250);
  }
}

async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  await client.query(CREATE_RECORD);
  const applied = await appliedChecksums(client);
  const names: string[] = [];
  for (const migration of migrations) {
    const checksum = applied.get(migration.name);
    if (checksum === undefined) {
      await apply(client, migration);
      names.push(migration.name);
    } else if (checksum !== migration.checksum) {
      throw new Error(`The migration ${migration.name} was changed after it had been applied to this database.`);
    }
  }
  return names;
}

/** Waits until another process has applied every migration. Throws `unavailable` after `timeoutMs`. */
export async function waitForMigrations(url: string, { timeoutMs = 60_000 }: { timeoutMs?: number } = {}) {
  const migrations = await readMigrations();
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      const applied = await withConnection(url, appliedChecksums);
      if (migrations.every(({ name }) => applied.has(name))) return;
    } catch (error) {
      cause = error;
    }
    await delay(250);
  }
  const detail = `The database was not ready within ${timeoutMs / 1000} s. Check that it is reached and that an API process has started: it applies the migrations.`;
  throw new TrainyardError('unavailable', detail, { cause });
}

async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(fileURLToPath(new URL(`${name}/migration.sql`, MIGRATIONS)), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function appliedChecksums(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/** The migration and its record are one transaction: after a failure neither is there. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`The migration ${name} failed; nothing of it was applied.`, { cause: error });
  }
}

/** Ending the connection also gives its advisory lock back. */
async function withConnection<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  // A lost connection also ends the query in hand with an error, and that one is reported.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
