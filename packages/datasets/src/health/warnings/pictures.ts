/** Pictures that show little or nothing. */
import type { DatasetWarning } from '@trainyard/contracts';
import { FEATURE_BYTES, readBrightness } from '../features.js';
import { examplesOf, imagesWhere, some, type WarningInput } from './warning-input.js';

/** Standard deviation of the pixels, of 255. */
const CONSTANT_MAX = 1.5;
/** Between the darkest pixel of an image and its brightest, of 255. */
const RANGE_MIN = 32;
/** Of whole data sets: no pixel is brighter. 12 bits kept in 16 come out below 16. */
const BRIGHTEST_MIN = 64;
const SHARE_MIN = 0.01;

export function constantImages(input: WarningInput): DatasetWarning | null {
  const found = imagesWhere(described(input), (index) => isConstant(input, index));
  if (found.length === 0) return null;
  return {
    code: 'constant_images',
    message: `${some(found.length, 'image is', 'images are')} of one colour, or nearly: there is nothing to learn from.`,
    remedy: 'Look at them; where they should show something, export them again, else remove them.',
    count: found.length,
    examples: examplesOf(input, found, (index) => `a mean of ${brightness(input, index).mean} of 255`),
  };
}

export function lowContrast(input: WarningInput): DatasetWarning | null {
  return allDark(input) ?? flatImages(input);
}

/** Of the whole data set, as of 12-bit images that are kept in 16 bits. */
function allDark(input: WarningInput): DatasetWarning | null {
  const images = described(input);
  let brightest = 0;
  for (let index = 0; index < images.count; index++) brightest = Math.max(brightest, brightness(input, index).most);
  if (brightest === 0 || brightest >= BRIGHTEST_MIN) return null;
  return {
    code: 'low_contrast',
    message: `No pixel of any image is brighter than ${brightest} of 255: the images are nearly black.`,
    remedy: `Scale the values up before uploading; images of 12 bits kept in 16, for example, times 16. Here a factor of ${Math.floor(255 / brightest)} fits.`,
    count: images.count,
  };
}

function flatImages(input: WarningInput): DatasetWarning | null {
  const images = described(input);
  const found = imagesWhere(images, (index) => {
    const { least, most } = brightness(input, index);
    return most - least < RANGE_MIN && !isConstant(input, index);
  });
  if (found.length === 0 || found.length < SHARE_MIN * images.count) return null;
  return {
    code: 'low_contrast',
    message: `${some(found.length, 'image has', 'images have')} hardly any contrast: less than ${RANGE_MIN} of 255 from the darkest pixel to the brightest.`,
    remedy:
      'Look whether they are under- or overexposed; stretch their values before uploading where they are all of that kind.',
    count: found.length,
    examples: examplesOf(input, found, (index) => {
      const { least, most } = brightness(input, index);
      return `values from ${least} to ${most} of 255`;
    }),
  };
}

function described({ images }: WarningInput): { count: number } {
  return { count: Math.min(images.count, images.features.length / FEATURE_BYTES) };
}

function brightness({ images }: WarningInput, index: number) {
  return readBrightness(images.features, index);
}

function isConstant(input: WarningInput, index: number): boolean {
  return brightness(input, index).deviation <= CONSTANT_MAX;
}
