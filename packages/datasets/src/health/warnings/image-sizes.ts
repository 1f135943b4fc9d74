/** Images whose size or proportions are not those they are packed in. */
import type { DatasetWarning } from '@trainyard/contracts';
import { EXAMPLES_MAX, examplesOf, imagesWhere, some, type WarningInput } from './warning-input.js';

/** An outlier's sides are so many times longer or shorter than those of the image in the middle. */
const SIDE_FACTOR = 4;
/** An outlier's proportions are so many times those that it is packed in: more than half of it is lost, or is border. */
const ASPECT_FACTOR = 2;
/** Where more images than this part are of very different sizes, that is how the data set is. */
const OUTLIER_SHARE_MAX = 0.1;

export function mixedSizes({ images, image }: WarningInput): DatasetWarning | null {
  const sizes = new Map<string, number>();
  let count = 0;
  for (let index = 0; index < images.count; index++) {
    const size = `${images.width(index)}x${images.height(index)}`;
    if (!sizes.has(size)) sizes.set(size, index);
    if (images.width(index) !== image.width || images.height(index) !== image.height) count++;
  }
  if (count === 0) return null;
  const target = `${image.width}x${image.height}`;
  const others = [...sizes].filter(([size]) => size !== target);
  return {
    code: 'mixed_sizes',
    message: `${count} of ${images.count} images are not ${target} and were brought to it (${image.fit}).`,
    remedy: 'Set options.image for another size, or input.width and height of the model.',
    count,
    examples: others.slice(0, EXAMPLES_MAX).map(([size, index]) => ({ file: images.name(index), reason: size })),
  };
}

export function sizeOutliers(input: WarningInput): DatasetWarning | null {
  const { images } = input;
  const side = (index: number) => Math.sqrt(images.width(index) * images.height(index));
  const sides = Float64Array.from({ length: images.count }, (_, index) => side(index)).sort();
  const middle = sides[sides.length >>> 1];
  const found = imagesWhere(images, (index) => {
    return side(index) > SIDE_FACTOR * middle || side(index) * SIDE_FACTOR < middle;
  });
  if (found.length === 0 || found.length > OUTLIER_SHARE_MAX * images.count) return null;
  const sizes = `${SIDE_FACTOR} times larger or smaller than the one in the middle (about ${Math.round(middle)} pixels a side)`;
  return {
    code: 'size_outliers',
    message: `${some(found.length, 'image is', 'images are')} more than ${sizes}.`,
    remedy: 'Look whether they belong here: thumbnails are blurred when they are made larger, scans lose their detail.',
    count: found.length,
    examples: examplesOf(input, found, (index) => sizeOf(input, index)),
  };
}

const LOSS = {
  cover: 'more than half of each is cut off',
  contain: 'more than half of each is border',
  fill: 'they are stretched to more than twice their width or height',
};

export function aspectOutliers(input: WarningInput): DatasetWarning | null {
  const { images, image } = input;
  const found = imagesWhere(images, (index) => {
    const factor = (images.width(index) * image.height) / (images.height(index) * image.width);
    return factor > ASPECT_FACTOR || factor * ASPECT_FACTOR < 1;
  });
  if (found.length === 0) return null;
  return {
    code: 'aspect_outliers',
    message: `${some(found.length, 'image is', 'images are')} much longer or higher than ${image.width}x${image.height}; with fit "${image.fit}" ${LOSS[image.fit]}.`,
    remedy:
      image.fit === 'cover'
        ? 'Crop them to what matters, or set options.image.fit to "contain" to keep the whole of each.'
        : 'Crop them to what matters, or set options.image.width and height to proportions that more of them have.',
    count: found.length,
    examples: examplesOf(input, found, (index) => sizeOf(input, index)),
  };
}

function sizeOf({ images }: WarningInput, index: number): string {
  return `${images.width(index)}x${images.height(index)}`;
}
