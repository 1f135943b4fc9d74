// A PostgreSQL and a Redis that go away and come back: each time at the same address, with the data that they had.

import type { Guard } from '../../../scripts/stack/guard.mjs';
import { tryPort } from '../../../scripts/stack/ports.mjs';
import { startPostgres } from '../../../scripts/stack/postgres.mjs';
import { endGroup } from '../../../scripts/stack/process-group.mjs';
import { startRedis } from '../../../scripts/stack/redis.mjs';

export interface Restartable {
  readonly url: string;
  /** Ends the server and answers once it is gone. */
  down(how: Ending): Promise<void>;
  /** Starts it again and answers once it takes connections. */
  up(): Promise<void>;
}

/**
 * `fast` lets the server write what it has, after it has cut off its clients. `immediate` does not: PostgreSQL has to
 * recover from its log, and Redis from its append-only file.
 */
export type Ending = 'fast' | 'immediate';

const ENDINGS = {
  postgres: { fast: 'SIGINT', immediate: 'SIGQUIT' },
  redis: { fast: 'SIGTERM', immediate: 'SIGKILL' },
} as const;

interface Place {
  directory: string;
  guard: Guard;
}

/** Written as in production: what was committed is on the disk. */
export async function restartablePostgres({ directory, guard }: Place): Promise<Restartable> {
  const { signal } = new AbortController();
  return restartable('postgres', (port) => startPostgres({ directory, guard, signal, port, durable: true }));
}

export async function restartableRedis({ directory, guard }: Place): Promise<Restartable> {
  const { signal } = new AbortController();
  const report = (line: string) => process.stderr.write(`${line}\n`);
  return restartable('redis', (port) => startRedis({ directory, guard, signal, report, port }));
}

async function restartable(
  kind: keyof typeof ENDINGS,
  start: (port: number) => Promise<{ url: string; pid: number }>,
): Promise<Restartable> {
  const port = await lastingPort();
  let { url, pid } = await start(port);
  return {
    url,
    down: (how) => endGroup({ pid, signal: ENDINGS[kind][how] }),
    async up() {
      ({ url, pid } = await start(port));
    },
  };
}

/** Below those that the system gives to clients: none of them can take it while the server is away. */
const PORTS = { first: 20_000, count: 10_000 };

export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = await tryPort(PORTS.first + Math.floor(Math.random() * PORTS.count));
    if (port !== null) return port;
  }
}
