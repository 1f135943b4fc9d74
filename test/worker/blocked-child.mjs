// Loaded before a child of a worker: soon after it serves, its main thread is inside one endless native call.
import process from 'node:process';

process.on('newListener', (event) => {
  if (event !== 'message') return;
  setTimeout(() => {
    process.send?.({ pid: process.pid });
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 200);
  });
});
