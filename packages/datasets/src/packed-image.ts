/** The size that images are packed in. */
import type { ImageFit, ImageSize } from '@trainyard/contracts';

/** `cover` crops what does not fit, `contain` adds black borders, `fill` stretches. */
export type PackedImage = ImageSize & { fit: ImageFit };

export const DEFAULT_FIT: ImageFit = 'cover';

export function pixelBytes(image: ImageSize): number {
  return image.width * image.height * image.channels;
}
