// Milliseconds of the machine's monotonic clock: the same in every thread, which performance.now() is not.
import process from 'node:process';

export function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
