import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isAlive, untilGone } from './processes.js';

it('a child that is inside one long call ends within 5 s of its parent', async () => {
  const parent = fork(new URL('./blocking-parent.mjs', import.meta.url), [], { execArgv: [] });
  const [message] = await once(parent, 'message');
  const pid = Number(message.pid);
  await sleep(3000);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone([pid], 5000);
});
