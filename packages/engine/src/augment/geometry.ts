/**
 * All that moves pixels, as one mapping from a place in the new image to one in the old: flip, zoom, shear, rotation and
 * shift, in this order, about the centre of the image (torchvision's RandomAffine, which has no flips).
 */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import type { Draws } from './draws.js';

/** The old x is xx · x + xy · y + x0 and the old y is yx · x + yy · y + y0, in pixels, whose centres are whole numbers. */
export interface Mapping {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** Whether pixels only change places, so that they can be copied. */
export function isCopying({ rotation, shear, zoom }: Augmentation): boolean {
  return rotation === 0 && shear === 0 && zoom[0] === 1 && zoom[1] === 1;
}

export function movesPixels(augmentation: Augmentation): boolean {
  const { horizontal_flip, vertical_flip, translation, random_crop } = augmentation;
  const shifts = random_crop !== null || translation.some((share) => share > 0);
  return horizontal_flip || vertical_flip || shifts || !isCopying(augmentation);
}

/** What was drawn for one image. */
export interface Movement {
  /** -1 mirrors. */
  readonly flipX: 1 | -1;
  readonly flipY: 1 | -1;
  /** Above 1 magnifies. */
  readonly zoom: number;
  /** Pixels that a row moves to the right for each row further up, against the one in the middle. */
  readonly slant: number;
  /** Radians, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly shiftX: number;
  readonly shiftY: number;
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

export function drawMovement(augmentation: Augmentation, draws: Draws, { width, height }: ImageSize): Movement {
  const { horizontal_flip, vertical_flip, rotation, shear, zoom, translation, random_crop } = augmentation;
  const padding = random_crop?.padding ?? 0;
  return {
    flipX: horizontal_flip && draws.coin('horizontal_flip') ? -1 : 1,
    flipY: vertical_flip && draws.coin('vertical_flip') ? -1 : 1,
    zoom: draws.between('zoom', zoom[0], zoom[1]),
    slant: Math.tan(radians(draws.around('shear', shear))),
    angle: radians(draws.around('rotation', rotation)),
    shiftX: shift(draws, 'translation_x', translation[0], width) + shift(draws, 'crop_x', padding, width),
    shiftY: shift(draws, 'translation_y', translation[1], height) + shift(draws, 'crop_y', padding, height),
  };
}

/** The inverse of shift · rotation · shear · zoom · flip, each but the shift about the centre. */
export function mappingOf(
  { flipX, flipY, zoom, slant, angle, shiftX, shiftY }: Movement,
  { width, height }: ImageSize,
): Mapping {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const xx = (flipX / zoom) * (cosine - slant * sine);
  const xy = (flipX / zoom) * (sine + slant * cosine);
  const yx = (-flipY / zoom) * sine;
  const yy = (flipY / zoom) * cosine;
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const [fromX, fromY] = [centreX + shiftX, centreY + shiftY];
  return {
    xx,
    xy,
    x0: centreX - xx * fromX - xy * fromY,
    yx,
    yy,
    y0: centreY - yx * fromX - yy * fromY,
  };
}

/** Of whole pixels, as torchvision's; a part of the side that is less than half a pixel is none. */
function shift(draws: Draws, draw: Parameters<Draws['whole']>[0], share: number, side: number): number {
  return draws.whole(draw, Math.round(share * side));
}
