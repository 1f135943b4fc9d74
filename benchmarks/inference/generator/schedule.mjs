// When requests of an open loop are due: a Poisson process, the same for the same seed.

/**
 * Milliseconds from the beginning, in order.
 *
 * @param {{ perSecond: number, milliseconds: number, seed: number }} load
 * @returns {Float64Array}
 */
export function poissonArrivals({ perSecond, milliseconds, seed }) {
  const random = generator(seed);
  const gap = () => (-1000 / perSecond) * Math.log(1 - random());
  const due = [];
  for (let at = gap(); at < milliseconds; at += gap()) due.push(at);
  return Float64Array.from(due);
}

/** Numbers in [0, 1), by mulberry32. @param {number} seed */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
