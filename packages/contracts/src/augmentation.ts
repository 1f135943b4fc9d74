/**
 * How the images of the train split are changed each time they are trained on; what is left out is off. Names are those of
 * Keras' preprocessing layers and torchvision's transforms; an amount is the most that may be drawn, either way.
 */
import { type Static, Type } from 'typebox';
import { withDefaults } from './defaults.js';
import type { FieldError } from './errors.js';
import { Flag } from './number-schemas.js';
import { Nullable, Strict, Words } from './schema.js';

export const FILLS = ['constant', 'reflect', 'edge'] as const;
export type Fill = (typeof FILLS)[number];

const Amount = (maximum: number, description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum, default: 0, description }));

const Share = Type.Number({ minimum: 0, maximum: 1 });
const Shift = Type.Number({ minimum: 0, maximum: 0.9 });
const Magnification = Type.Number({ minimum: 0.1, maximum: 10 });
const Alpha = (value: number) => Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, default: value }));

const Pair = (item: typeof Share, options: Record<string, unknown> = {}) =>
  Type.Unsafe<[number, number]>({ type: 'array', items: item, minItems: 2, maxItems: 2, ...options });

const RandomCrop = Strict({
  padding: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 0.5, default: 0.125, description: 'On each side, a part of the side' }),
  ),
});

const Erasing = Strict({
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 0.5 })),
  area: Type.Optional(Pair(Share, { default: [0.02, 0.33], description: 'Least and largest part of the image' })),
});

const Mixup = Strict({ alpha: Alpha(0.2) });
const Cutmix = Strict({ alpha: Alpha(1) });

export const CustomAugmentation = Strict({
  horizontal_flip: Flag(false, { description: 'Every other image, left to right' }),
  vertical_flip: Flag(false, { description: 'Every other image, upside down' }),
  rotation: Amount(180, 'Degrees'),
  translation: Type.Optional(
    Type.Union([Shift, Pair(Shift)], { default: 0, description: 'Part of the side, or that of [width, height]' }),
  ),
  zoom: Type.Optional(
    Type.Union([Type.Number({ minimum: 0, maximum: 0.9 }), Pair(Magnification)], {
      default: 0,
      description: 'Magnification [least, largest]; a number z is [1 - z, 1 + z]',
    }),
  ),
  shear: Amount(60, 'Degrees'),
  random_crop: Type.Optional(
    Nullable(RandomCrop, { default: null, description: 'A part of the usual size of the image with a border' }),
  ),
  fill: Type.Optional(
    Words(FILLS, {
      default: 'reflect',
      description: 'What comes in from outside: black, the mirror image or the outermost pixels',
    }),
  ),
  brightness: Amount(1, 'Part by which pixels are multiplied'),
  contrast: Amount(1, 'Part by which pixels are drawn from, or to, the mean grey of the image'),
  saturation: Amount(1, 'Part by which colours are drawn from, or to, the grey of their brightness'),
  hue: Amount(0.5, 'Part of the circle of colours'),
  erasing: Type.Optional(Nullable(Erasing, { default: null, description: 'A rectangle of noise over the image' })),
  gaussian_noise: Amount(1, 'Standard deviation, for pixels from 0 to 1'),
  mixup: Type.Optional(
    Nullable(Mixup, { default: null, description: 'Blends two images of a batch, and what they are; alpha of a Beta' }),
  ),
  cutmix: Type.Optional(
    Nullable(Cutmix, {
      default: null,
      description:
        'Puts a rectangle of another image of the batch into each, and so for what they are; alpha of a Beta',
    }),
  ),
});
export type CustomAugmentation = Static<typeof CustomAugmentation>;

/** One flat union: an error is then about the member that was meant. */
export const AugmentationOptions = Type.Union([Type.Literal('standard'), CustomAugmentation, Type.Null()], {
  description:
    'Changes of the images of the train split, drawn anew in each epoch. "standard": random_crop, brightness and contrast, and for colour images horizontal_flip and saturation. Left out, none',
});
export type AugmentationOptions = Static<typeof AugmentationOptions>;

/** With every default filled in. */
export interface Augmentation {
  horizontal_flip: boolean;
  vertical_flip: boolean;
  rotation: number;
  /** Parts of width and height. */
  translation: [number, number];
  /** Least and largest magnification. */
  zoom: [number, number];
  shear: number;
  random_crop: { padding: number } | null;
  fill: Fill;
  brightness: number;
  contrast: number;
  saturation: number;
  hue: number;
  erasing: { probability: number; area: [number, number] } | null;
  gaussian_noise: number;
  mixup: { alpha: number } | null;
  cutmix: { alpha: number } | null;
}

const STANDARD = { random_crop: {}, brightness: 0.1, contrast: 0.1 } satisfies CustomAugmentation;

/**
 * "standard" mirrors colour images alone: those of one channel are mostly digits, letters, drawings and X-rays, which mean
 * something else, or nothing, when mirrored.
 */
function standardFor(channels: number): CustomAugmentation {
  return channels === 1 ? STANDARD : { ...STANDARD, horizontal_flip: true, saturation: 0.1 };
}

/** @param channels of the images: 1 or 3 */
export function resolveAugmentation(options: AugmentationOptions | undefined, channels = 3): Augmentation | null {
  if (options === undefined || options === null) return null;
  const filled = withDefaults(CustomAugmentation, options === 'standard' ? standardFor(channels) : options);
  const { translation, zoom } = filled;
  return {
    ...filled,
    translation: typeof translation === 'number' ? [translation, translation] : translation,
    zoom: typeof zoom === 'number' ? [1 - zoom, 1 + zoom] : zoom,
  };
}

/** What contradicts itself, the size of the batch or the images, which have 1 or 3 channels where that is known. */
export function augmentationContradictions(
  augmentation: Augmentation | null,
  known: { batchSize: number; channels?: number | undefined },
  pointer = '/training/augmentation',
): FieldError[] {
  if (augmentation === null) return [];
  const refuse = (field: string, detail: string): FieldError => ({ pointer: `${pointer}/${field}`, detail });
  const { zoom, erasing, mixup, cutmix, saturation, hue } = augmentation;
  const errors: FieldError[] = [];
  if (zoom[0] > zoom[1]) errors.push(refuse('zoom', `Expected [least, largest]; received [${zoom}].`));
  if (erasing && erasing.area[0] > erasing.area[1]) {
    errors.push(refuse('erasing/area', `Expected [least, largest]; received [${erasing.area}].`));
  }
  if (known.channels === 1) {
    const grey = Object.entries({ saturation, hue }).filter(([, amount]) => amount > 0);
    errors.push(...grey.map(([field]) => refuse(field, 'The images are grey and have no colours; remove it.')));
  }
  if (known.batchSize === 1) {
    const mixing = Object.entries({ mixup, cutmix }).filter(([, part]) => part !== null);
    errors.push(...mixing.map(([field]) => refuse(field, 'Expected a batch_size of 2 or more; received 1.')));
  }
  return errors;
}
