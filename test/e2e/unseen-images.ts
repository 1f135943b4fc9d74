// Images of the classes of a data set that no training has seen.
import { encodePng, patternImage } from '../fixtures/index.js';

export interface UnseenImage {
  label: string;
  /** uint8 [size, size, 3]. */
  pixels: Uint8Array;
  png: Uint8Array;
}

/** The classes in turn, beginning with image `first`. */
export function unseenImages(classes: readonly string[], size: number, count: number, first = 0): UnseenImage[] {
  return Array.from({ length: count }, (_, i) => {
    const classIndex = (first + i) % classes.length;
    const shape = { width: size, height: size, channels: 3 } as const;
    const pixels = patternImage({ classIndex, classes: classes.length, ...shape, seed: 900_000 + first + i });
    return { label: classes[classIndex], pixels, png: encodePng({ ...shape, pixels }) };
  });
}
