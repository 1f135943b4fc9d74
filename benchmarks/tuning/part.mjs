// A part of a split, for benchmarks that train many times.

/** @typedef {import('@trainyard/runtime').TrainingSplit} TrainingSplit */

/** @param {TrainingSplit} split @param {number} start @param {number} count @returns {TrainingSplit} */
export function part(split, start, count) {
  if (start + count > split.count)
    throw new RangeError(`Expected at most ${split.count} images; asked for ${start + count}.`);
  return {
    count,
    labels: split.labels.slice(start, start + count),
    readImages: (indices, out) =>
      split.readImages(
        Array.from(indices, (index) => index + start),
        out,
      ),
  };
}
