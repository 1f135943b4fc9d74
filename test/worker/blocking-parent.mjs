// Stands in for a worker: starts a child that will be blocked and passes its pid on.
import { fork } from 'node:child_process';

const preload = new URL('./blocked-child.mjs', import.meta.url);
const child = fork(new URL('../../apps/worker/dist/children/probe.js', import.meta.url), [], {
  execArgv: ['--import', preload.href],
});
child.on('message', (message) => process.send?.(message));
