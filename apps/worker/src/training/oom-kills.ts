/** How often Linux has killed a process for want of memory, by what it tells under /sys and /proc. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The kills in this process' control group (version 2, then version 1), or on the whole machine where no group says.
 * Always 0 on a system that does not count them.
 */
export async function countOomKills(root = '/'): Promise<number> {
  const groups = await read(join(root, 'proc/self/cgroup'));
  const unified = groups.match(/^0::(.*)$/m)?.[1] ?? '/';
  const memory = groups.match(/^\d+:memory:(.*)$/m)?.[1] ?? '/';
  const files = [
    join(root, 'sys/fs/cgroup', unified, 'memory.events'),
    // In a container the group of its own is mounted at the top.
    join(root, 'sys/fs/cgroup/memory.events'),
    join(root, 'sys/fs/cgroup/memory', memory, 'memory.oom_control'),
    join(root, 'sys/fs/cgroup/memory/memory.oom_control'),
    join(root, 'proc/vmstat'),
  ];
  for (const file of files) {
    const count = (await read(file)).match(/^oom_kill (\d+)$/m)?.[1];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
