// The embedded servers: they keep what was stored, and end with whoever started them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { type Guard, startGuard } from '../../scripts/stack/guard.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { isRunning } from '../../scripts/stack/process-group.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';
import { atEnd } from '../setup/cleanup.js';
import { createTestFolder } from '../setup/folder.js';

const { signal } = new AbortController();
const report = () => {};

async function withGuard(work: (guard: Guard) => Promise<void>): Promise<void> {
  const guard = startGuard();
  try {
    await work(guard);
  } finally {
    await guard.close();
  }
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  it('finds its data again after a clean end, below a folder that only its owner may enter', async () => {
    const folder = createTestFolder();
    chmodSync(folder, 0o700);
    const directory = join(folder, 'postgres');
    await withGuard(async (guard) => {
      const first = await startPostgres({ directory, guard, signal });
      await query(first.url, 'create table kept as select 42 as answer');
      await first.stop();
      const second = await startPostgres({ directory, guard, signal });
      expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
      await second.stop();
    });
  });

  it('starts on a folder on which an orphan still runs, and loses nothing', async () => {
    const directory = join(createTestFolder(), 'postgres');
    await withGuard(async (guard) => {
      const orphan = await startPostgres({ directory, guard, signal });
      await query(orphan.url, 'create table kept as select 1 as answer');
      const next = await startPostgres({ directory, guard, signal });
      expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 1 }]);
      await expect(query(orphan.url, 'select 1')).rejects.toThrow();
      await next.stop();
    });
  });

  it('refuses a connection without its password', async () => {
    const directory = join(createTestFolder(), 'postgres');
    await withGuard(async (guard) => {
      const { url, stop } = await startPostgres({ directory, guard, signal });
      await expect(query(url.replace(/:[0-9a-f]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
      await stop();
    });
  });

  it('says that the port is taken', async () => {
    const folder = createTestFolder();
    await withGuard(async (guard) => {
      const first = await startPostgres({ directory: join(folder, 'first'), guard, signal });
      const port = Number(new URL(first.url).port);
      const second = startPostgres({ directory: join(folder, 'second'), guard, signal, port });
      await expect(second).rejects.toThrow(`The port ${port} for PostgreSQL is already in use`);
    });
  });
});

describe('the embedded Redis', () => {
  it('keeps its data in an append-only file and evicts nothing', async () => {
    const directory = join(createTestFolder(), 'redis');
    await withGuard(async (guard) => {
      const first = await startRedis({ directory, guard, signal, report });
      expect(await redis(first.url, 'CONFIG GET appendonly')).toContain('yes');
      expect(await redis(first.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
      await redis(first.url, 'SET kept 42');
      await first.stop();
      const second = await startRedis({ directory, guard, signal, report });
      expect(await redis(second.url, 'GET kept')).toContain('42');
      await second.stop();
    });
  });
});

describe('the watchdog', () => {
  it('ends both servers when whoever started them is killed outright', async () => {
    const script = fileURLToPath(new URL('./hold-services.mjs', import.meta.url));
    const folder = createTestFolder();
    const holder = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    atEnd(() => holder.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: holder.stdout }), 'line');
    const pids: number[] = JSON.parse(line);
    expect(pids).toHaveLength(2);
    expect(pids.map(isRunning)).toEqual([true, true]);
    holder.kill('SIGKILL');
    for (let tries = 100; tries > 0 && pids.some(isRunning); tries -= 1) await sleep(100);
    expect(pids.map(isRunning)).toEqual([false, false]);
  });
});

/** Sends one inline command and answers what came back. */
async function redis(url: string, command: string): Promise<string> {
  const { connect } = await import('node:net');
  const { port, password } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let reply = '';
  socket.on('data', (chunk: Buffer) => {
    reply += chunk.toString();
  });
  socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`);
  await once(socket, 'close');
  return reply;
}
