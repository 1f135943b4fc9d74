import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOomKills } from './oom-kills.js';

const EVENTS = 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n';
const VMSTAT = 'pgfault 1\noom_kill 9\n';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-oom-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

describe('countOomKills', () => {
  it('reads the events of its own control group before those of the machine', async () => {
    await put('proc/self/cgroup', '0::/system.slice/trainyard.service\n');
    await put('sys/fs/cgroup/system.slice/trainyard.service/memory.events', EVENTS);
    await put('proc/vmstat', VMSTAT);
    expect(await countOomKills(root)).toBe(2);
  });

  it('reads the group that a container sees at the top', async () => {
    await put('proc/self/cgroup', '0::/../not/visible\n');
    await put('sys/fs/cgroup/memory.events', EVENTS);
    expect(await countOomKills(root)).toBe(2);
  });

  it('reads a group of version 1', async () => {
    await put('proc/self/cgroup', '9:name=systemd:/\n4:memory:/box\n0::/\n');
    await put('sys/fs/cgroup/memory/box/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n');
    expect(await countOomKills(root)).toBe(4);
  });

  it('falls back to the machine, and to 0 where nothing is counted', async () => {
    expect(await countOomKills(root)).toBe(0);
    await put('proc/vmstat', VMSTAT);
    expect(await countOomKills(root)).toBe(9);
  });
});
