/** Pixels outside of an image: where in the image they come from. */
import type { Fill } from '@trainyard/contracts';

/**
 * The row or column that stands in for number `i` of `size`; -1 is black. `reflect` does not repeat the outermost
 * pixels, as torchvision's padding mode of that name: … 2 1 0 1 2 …
 */
export function standIn(i: number, size: number, fill: Fill): number {
  if (i >= 0 && i < size) return i;
  if (fill === 'constant') return -1;
  if (fill === 'edge') return i < 0 ? 0 : size - 1;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = Math.abs(i) % period;
  return within < size ? within : period - within;
}
