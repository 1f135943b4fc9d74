// What a bare loop is fastest with: threads of an operator, and for image files how many are decoded and run together.

/** @typedef {import('./rivals/bare.mjs').Loop} Loop */

/** @type {Record<'tensor_1' | 'tensor_32' | 'jpeg', Omit<Loop, 'threads'>[]>} */
const LOOPS = {
  tensor_1: [{ kind: 'tensor', batch: 1 }],
  tensor_32: [{ kind: 'tensor', batch: 32 }],
  jpeg: [
    { kind: 'jpeg', batch: 1 },
    { kind: 'jpeg', batch: 8 },
    { kind: 'jpeg', batch: 32 },
  ],
};
const THREADS = [1, 2];

/**
 * Each loop with what it was fastest with, and all that was tried.
 *
 * @param {import('./child.mjs').Child} bare @param {{ rampMs: number, windowMs: number }} turn
 */
export async function fastestLoops(bare, turn) {
  const trials = [];
  /** @type {Record<string, Loop>} */
  const fastest = {};
  for (const [name, loops] of Object.entries(LOOPS)) {
    const tried = [];
    for (const threads of THREADS) {
      for (const loop of loops) {
        const { per_s } = await bare.ask({ type: 'time', ...loop, threads, ...turn });
        tried.push({ loop: { ...loop, threads }, per_s: Math.round(per_s) });
      }
    }
    trials.push(...tried);
    fastest[name] = tried.reduce((best, trial) => (trial.per_s > best.per_s ? trial : best)).loop;
  }
  const { tensor_1, tensor_32, jpeg } = fastest;
  return { loops: { tensor_1, tensor_32, jpeg }, trials };
}
