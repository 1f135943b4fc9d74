import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SpareChild } from './spare-child.js';
import type { StartedChild } from './start-child.js';

let folder = '';
let taken: StartedChild[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-spare-'));
  taken = [];
});

afterEach(async () => {
  for (const child of taken) child.process.kill('SIGKILL');
  await Promise.all(taken.map(({ exited }) => exited));
  await rm(folder, { recursive: true });
});

/** A child that leaves its id in the folder `begun`, and waits or ends. */
async function script(end: 'waits' | 'ends'): Promise<{ script: URL; args: string[] }> {
  const file = join(folder, `${end}.mjs`);
  const lines = [
    "import { mkdirSync } from 'node:fs';",
    "mkdirSync(process.argv[2] + '/begun/' + process.pid, { recursive: true });",
    end === 'ends' ? 'process.exit();' : "process.on('disconnect', () => process.exit());",
  ];
  await writeFile(file, lines.join('\n'));
  return { script: pathToFileURL(file), args: [folder] };
}

const begun = async () => (await readdir(join(folder, 'begun')).catch(() => [])).map(Number);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function take(spare: SpareChild): StartedChild {
  const child = spare.take();
  taken.push(child);
  return child;
}

describe('SpareChild', () => {
  it('gives the process that waits away once, and then a new one', async () => {
    const spare = new SpareChild(await script('waits'));
    spare.prepare();
    spare.prepare();
    await vi.waitFor(async () => expect(await begun()).toHaveLength(1), 5000);
    const [waiting] = await begun();
    expect(take(spare).process.pid).toBe(waiting);
    expect(take(spare).process.pid).not.toBe(waiting);
    await spare.close();
    expect(isAlive(waiting)).toBe(true);
  });

  it('gives no process away that has ended while it waited', async () => {
    const spare = new SpareChild(await script('ends'));
    spare.prepare();
    await vi.waitFor(async () => expect((await begun()).map(isAlive)).toEqual([false]), 5000);
    const [ended] = await begun();
    expect(take(spare).process.pid).not.toBe(ended);
    await spare.close();
  });

  it('ends the one that waits when it is closed, and then prepares no other', async () => {
    const spare = new SpareChild(await script('waits'));
    spare.prepare();
    await vi.waitFor(async () => expect(await begun()).toHaveLength(1), 5000);
    await spare.close();
    expect((await begun()).map(isAlive)).toEqual([false]);
    spare.prepare();
    await spare.close();
    expect(await begun()).toHaveLength(1);
  });
});
