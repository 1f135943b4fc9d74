/** The worker process. */
import { ConfigError, readConfig, type WorkerConfig } from '@trainyard/config';
import { pino } from 'pino';
import { startWorker } from './worker.js';

/** What a worker has to write that its jobs are handed back, once their trainers have ended. */
const WRITE_MS = 5000;

const config = readConfigOrEnd();
const log = pino({ level: config.logLevel, base: { app: 'worker' } });
const stopping = new AbortController();

function stop(why: string): void {
  if (stopping.signal.aborted) return;
  log.info({ why }, 'stopping');
  stopping.abort(new Error(`The worker was stopped: ${why}`));
  setTimeout(() => process.exit(1), config.stopMs + WRITE_MS).unref();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
process.on('disconnect', () => stop('its parent is gone'));

const stopped = new Promise<null>((resolve) => {
  stopping.signal.addEventListener('abort', () => resolve(null), { once: true });
});
// It may have gone while this process was loading; that event is over.
if (process.connected === false) stop('its parent is gone');

try {
  const worker = await Promise.race([startWorker(config, log, stopping.signal), stopped]);
  if (!worker) process.exit(0);
  log.info('ready');
  process.send?.({ type: 'ready' });
  await stopped;
  await worker.stop();
  log.info('stopped');
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'the worker cannot go on');
  process.exit(1);
}

function readConfigOrEnd(): WorkerConfig {
  try {
    return readConfig('worker');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
