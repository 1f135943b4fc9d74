// `npm start` as a person uses it: started, stopped and started again on one data folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/stack/ports.mjs';
import { atEnd } from '../setup/cleanup.js';
import { createTestFolder } from '../setup/folder.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

interface Launcher {
  child: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

function launch(environment: Record<string, string>): Launcher {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...rest } = process.env;
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('TRAINYARD_')));
  const child = spawn(process.execPath, [SCRIPT], { env: { ...own, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(() => child.exitCode);
  atEnd(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { child, output: () => output, ended };
}

async function untilReady({ output, child }: Launcher): Promise<string> {
  for (;;) {
    const url = /Trainyard is ready at (\S+)[\s\S]*Ctrl-C stops it/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('npm start', () => {
  const folder = createTestFolder();
  let settings: Record<string, string>;
  let key = '';

  beforeAll(async () => {
    settings = {
      TRAINYARD_DATA_DIR: join(folder, 'data'),
      TRAINYARD_PORT: String(await freePort()),
      TRAINYARD_INFERENCE_PORT: String(await freePort()),
    };
  });

  const createProject = (url: string, name: string) =>
    fetch(`${url}/v1/projects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });

  it('prints a key at the first start, turns a second one on the folder away, and ends on SIGINT', async () => {
    const first = launch(settings);
    const url = await untilReady(first);
    expect(first.output()).toContain('only its hash is stored');
    key = /API key\s+(\S+)\s+\(shown this once/.exec(first.output())?.[1] ?? '';
    expect((await createProject(url, 'kept')).status).toBe(201);

    const ports = { TRAINYARD_PORT: String(await freePort()), TRAINYARD_INFERENCE_PORT: String(await freePort()) };
    const second = launch({ ...settings, ...ports });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/Another Trainyard \(process \d+\) uses the data folder .*\n.*TRAINYARD_DATA_DIR/);

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('finds everything again, prints no key the second time, and takes the old one', async () => {
    const again = launch(settings);
    const url = await untilReady(again);
    expect(again.output()).not.toMatch(/shown this once/);
    const projects = await fetch(`${url}/v1/projects`, { headers: { authorization: `Bearer ${key}` } });
    const { data } = JSON.parse(await projects.text());
    expect(data.map(({ name }: { name: string }) => name)).toContain('kept');
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(143);
  });

  it('starts again after everything was killed outright', async () => {
    const killed = launch(settings);
    await untilReady(killed);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const next = launch(settings);
    const url = await untilReady(next);
    const projects = await fetch(`${url}/v1/projects`, { headers: { authorization: `Bearer ${key}` } });
    expect(projects.status).toBe(200);
    next.child.kill('SIGINT');
    expect(await next.ended).toBe(130);
  });

  it.each(['TRAINYARD_PORT', 'TRAINYARD_INFERENCE_PORT'])('names %s when that port is taken', async (variable) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const launcher = launch({ ...settings, [variable]: String(port) });
    expect(await launcher.ended).toBe(1);
    expect(launcher.output()).toContain(`The port ${port} on 127.0.0.1 is already in use`);
    expect(launcher.output()).toContain(variable);
  });

  it('explains a port that is none', async () => {
    const launcher = launch({ ...settings, TRAINYARD_PORT: 'http' });
    expect(await launcher.ended).toBe(1);
    expect(launcher.output()).toContain('TRAINYARD_PORT must be a port from 1 to 65535; it is "http".');
  });
});
