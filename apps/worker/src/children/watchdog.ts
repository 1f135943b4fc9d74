/**
 * A thread that ends its process once the worker that started it is gone. The main thread of a child may be inside one
 * long native call, where it hears of nothing; this thread still runs.
 */
import { workerData } from 'node:worker_threads';

const INTERVAL_MS = 1000;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
