/** Keeps the memory of large outputs mapped between runs. */
import { MessageChannel } from 'node:worker_threads';

/**
 * onnxruntime-node copies each output into a new ArrayBuffer, and glibc takes blocks of that size from the kernel and
 * gives them back at every step. Freeing one large mapped block raises glibc's thresholds for that, up to 32 MiB, for
 * the rest of the process. A transferred buffer whose port is closed is freed at once; elsewhere this does nothing.
 */
export function keepLargeBlocksMapped(): void {
  const block = new ArrayBuffer(31 * 1024 * 1024);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(block, [block]);
  port2.close();
  port1.close();
}
