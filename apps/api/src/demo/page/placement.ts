/** Where an image of any size comes to lie in the image that the model takes: what libvips and sharp do at ingest. */
import type { ModelImage } from './about.js';

export interface Size {
  width: number;
  height: number;
}

export interface Placement {
  /** Pixels of the source for one of the result, along both axes. */
  shrink: Size;
  /** What the source is resized to. */
  resized: Size;
  /** Where the resized image begins in the model's; negative where it is cropped. */
  left: number;
  top: number;
}

/** `cover` crops what stands over, `contain` leaves borders, `fill` stretches. Both are centred. */
export function placementOf(source: Size, { width, height, fit }: Omit<ModelImage, 'channels'>): Placement {
  const stretched = { width: source.width / width, height: source.height / height };
  const one =
    fit === 'cover' ? Math.min(stretched.width, stretched.height) : Math.max(stretched.width, stretched.height);
  const shrink =
    fit === 'fill' ? stretched : { width: Math.min(one, source.width), height: Math.min(one, source.height) };
  const resized = {
    width: Math.max(1, Math.round(source.width / shrink.width)),
    height: Math.max(1, Math.round(source.height / shrink.height)),
  };
  return { shrink, resized, left: centred(resized.width, width), top: centred(resized.height, height) };
}

function centred(resized: number, wanted: number): number {
  return resized > wanted ? -Math.floor((resized - wanted + 1) / 2) : Math.floor((wanted - resized) / 2);
}
