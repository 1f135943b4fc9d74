import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { migrate, openDatabase, waitForMigrations } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd, createEmptyDatabase, createTestDatabase } from '../setup/index.js';

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('applies each migration once when four processes run it at the same time', async () => {
    const url = await createEmptyDatabase();
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
    const names = applied.flat();
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    expect(applied.filter((one) => one.length > 0)).toHaveLength(1);

    const records = await query<{ migration_name: string; checksum: string; applied_steps_count: number }>(
      url,
      'SELECT * FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    expect(records.map((record) => record.migration_name)).toEqual(names);
    expect(records[0]).toMatchObject({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/), applied_steps_count: 1 });
  });

  it('applies nothing to a database that is up to date', async () => {
    const url = await createEmptyDatabase();
    await migrate(url);
    expect(await migrate(url)).toEqual([]);
  });

  it('refuses a database where an applied migration was another one', async () => {
    const url = await createEmptyDatabase();
    await migrate(url);
    await query(url, "UPDATE _prisma_migrations SET checksum = repeat('0', 64)");
    await expect(migrate(url)).rejects.toThrow('was changed after it had been applied');
  });

  it('leaves nothing behind when a migration fails', async () => {
    const url = await createEmptyDatabase();
    await query(url, 'CREATE TABLE workers (id text)');
    await expect(migrate(url)).rejects.toThrow('nothing of it was applied');
    expect(await query(url, "SELECT 1 FROM pg_tables WHERE tablename = 'projects'")).toEqual([]);
    expect(await query(url, 'SELECT 1 FROM _prisma_migrations')).toEqual([]);
  });

  it('makes the indexes that lists, tags and reclaiming need', async () => {
    const url = await createEmptyDatabase();
    await migrate(url);
    const indexes = await query<{ indexdef: string }>(
      url,
      "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    );
    const all = indexes.map((index) => index.indexdef).join('\n');
    expect(all).toMatch(/ON public\.jobs USING gin \(tags\)/);
    expect(all).toMatch(/ON public\.jobs USING btree \(project_id, status, id DESC\)/);
    expect(all).toMatch(/ON public\.jobs USING btree \(status, lease_expires_at\)/);
    expect(all).toMatch(/ON public\.job_metrics USING btree \(job_id, resolution, step\)/);
    expect(all).toMatch(/UNIQUE INDEX \S+ ON public\.job_events USING btree \(job_id, seq\)/);
  });
});

describe('prisma migrate', () => {
  it('finds a migrated database up to date, and the schema without drift', async (context) => {
    const engine = process.env.TRAINYARD_TEST_PRISMA_ENGINE;
    if (!engine) return context.skip('needs a Prisma schema engine (TRAINYARD_TEST_PRISMA_ENGINE)');
    const url = await createEmptyDatabase();
    await migrate(url);
    const run = promisify(execFile);
    const env = { ...process.env, DATABASE_URL: url, PRISMA_SCHEMA_ENGINE_BINARY: engine, CHECKPOINT_DISABLE: '1' };
    const status = await run('npx', ['prisma', 'migrate', 'status'], { env });
    expect(status.stdout).toContain('Database schema is up to date');
    const drift = ['prisma', 'migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema.prisma'];
    const diff = await run('npx', [...drift, '--exit-code'], { env });
    expect(diff.stdout).toContain('No difference detected');
  });
});

describe('waitForMigrations', () => {
  it('resolves once another process has migrated', async () => {
    const url = await createEmptyDatabase();
    let waiting = true;
    const wait = waitForMigrations(url, { timeoutMs: 30_000 }).then(() => {
      waiting = false;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(waiting).toBe(true);
    await migrate(url);
    await wait;
  });

  it('gives up with `unavailable` on a database that nobody migrates', async () => {
    const url = await createEmptyDatabase();
    await expect(waitForMigrations(url, { timeoutMs: 400 })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('check', () => {
  it('passes where Postgres answers', async () => {
    const db = openDatabase(await createEmptyDatabase());
    await db.check();
    await db.close();
  });

  it('passes again after Postgres has cut every connection', async () => {
    const url = await createTestDatabase();
    const db = openDatabase(url);
    atEnd(() => db.close());
    await Promise.all([db.check(), db.check(), db.check()]);
    await query(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await expect
      .poll(
        () =>
          db.check().then(
            () => 'up',
            () => 'down',
          ),
        { timeout: 10_000 },
      )
      .toBe('up');
  });

  it('throws where nothing listens', async () => {
    const unreachable = openDatabase('postgresql://nobody@127.0.0.1:1/none');
    await expect(unreachable.check()).rejects.toThrow();
    await unreachable.close();
  });
});
