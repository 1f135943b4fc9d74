/** Looks after the memory of large outputs, which onnxruntime-node copies into new ArrayBuffers at every run. */
import { MessageChannel } from 'node:worker_threads';

/**
 * glibc takes blocks of that size from the kernel and gives them back at every step. Freeing one large mapped block raises its
 * thresholds for that, up to 32 MiB, for the rest of the process; elsewhere this does nothing.
 */
export function keepLargeBlocksMapped(): void {
  freeNow([new Uint8Array(31 * 1024 * 1024)]);
}

/**
 * Frees arrays that nobody reads any more; they have no elements afterwards. Left to the garbage collector, the megabytes of
 * each run make it mark the whole heap every few runs, on threads that the training needs. A buffer that is sent to a
 * port whose other end is closed is freed at once.
 */
export function freeNow(arrays: readonly ArrayBufferView[]): void {
  if (arrays.length === 0) return;
  const buffers = arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(null, buffers);
  port2.close();
  port1.close();
}
