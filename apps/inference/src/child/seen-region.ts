/** Which part of an image a model sees: what of it `decodeImage` brings to the model's size. */
import type { ImageFit, ImageRegion } from '@trainyard/contracts';

interface Size {
  width: number;
  height: number;
}

/**
 * In pixels of the upright image. `cover` leaves out what does not fit, on both sides alike; with `contain` it reaches
 * beyond the image, where black borders are.
 */
export function seenRegion(image: Size, model: Size & { fit: ImageFit }): ImageRegion {
  const [across, down] = [model.width / image.width, model.height / image.height];
  if (model.fit === 'fill') return { x: 0, y: 0, width: image.width, height: image.height };
  const scale = model.fit === 'cover' ? Math.max(across, down) : Math.min(across, down);
  const [width, height] = [model.width / scale, model.height / scale];
  return { x: (image.width - width) / 2, y: (image.height - height) / 2, width, height };
}
