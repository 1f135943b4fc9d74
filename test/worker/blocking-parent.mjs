// Stands in for a worker: starts the blocked child and passes its pid on.
import { fork } from 'node:child_process';

const child = fork(new URL('./blocked-child.mjs', import.meta.url), []);
child.on('message', (message) => process.send?.(message));
child.send({ type: 'start', task: { devices: ['cpu'] } });
