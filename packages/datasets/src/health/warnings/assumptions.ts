/** What was taken for granted about an upload, because nothing in it says so. */
import type { DatasetManifest, DatasetPart, DatasetWarning } from '@trainyard/contracts';
import { EXAMPLES_MAX, some } from './warning-input.js';

const BYTE_WHITE = 255;

/** Pixels that lie as numbers say neither which of them is black nor which is white. */
export function assumedPixels(part: DatasetPart | undefined): DatasetWarning[] {
  const { black, white } = part?.reading ?? {};
  if (black === undefined || white === undefined || (black === 0 && white === BYTE_WHITE)) return [];
  return [
    {
      code: 'assumed_pixels',
      message: `The pixels are numbers, of which ${black} was taken for black and ${white} for white.`,
      remedy:
        'Look at the preview. If the images are too dark or too pale in it, scale the numbers to 0 to 255 and upload them again.',
    },
  ];
}

/** Classes that came with images that were added: more likely a misspelt name than one more class. */
export function newClasses(parent: DatasetManifest | null, classes: readonly string[]): DatasetWarning[] {
  const added = parent ? classes.slice(parent.classes.length) : [];
  if (added.length === 0) return [];
  const names = added.slice(0, EXAMPLES_MAX).map((name) => `"${name}"`);
  return [
    {
      code: 'new_classes',
      message: `The images that were added have ${some(added.length, 'class', 'classes')} that the data set had not: ${names.join(', ')}${added.length > names.length ? ', ...' : ''}.`,
      remedy:
        'If that is another spelling of a class, rename it and add the images to the data set again. A model needs an output for each class.',
      count: added.length,
    },
  ];
}
