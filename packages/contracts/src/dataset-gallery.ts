/**
 * What can be looked at of a data set: pictures that are drawn when it is read, some of its images, and what the routes
 * answer that show them.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AugmentationOptions } from './augmentation.js';
import { DATASET_TASKS, ImageSize, SPLITS } from './dataset.js';
import { Strict, Words } from './schema.js';

const Count = Type.Integer({ minimum: 0 });
const StoredPicture = Strict({ bytes: Count, sha256: Type.String() });

/** An image of a gallery; its pixels lie in `images` in the order of the samples. */
export const GallerySample = Strict({
  /** Its place among all images of the data set. */
  index: Count,
  /** Its place among the images of its split, by which a training knows it. */
  place: Count,
  file: Type.String(),
  split: Words(SPLITS),
  /** A class, several classes, or a number for each target. */
  label: Type.Union([Type.Number(), Type.Array(Type.Number())]),
  /** Of the image before it was packed. */
  width: Count,
  height: Count,
});
export type GallerySample = Static<typeof GallerySample>;

/** `index.json` of a gallery; it is written last, so where it is the gallery is whole. */
export const GalleryIndex = Strict({
  version: Type.Literal(1),
  task: Words(DATASET_TASKS),
  classes: Type.Array(Type.String()),
  targets: Type.Array(Type.String()),
  image: ImageSize,
  samples: Type.Array(GallerySample),
  preview: StoredPicture,
  histogram: StoredPicture,
});
export type GalleryIndex = Static<typeof GalleryIndex>;

export const GALLERY_PICTURES = ['preview', 'histogram'] as const;
export type GalleryPicture = (typeof GALLERY_PICTURES)[number];

/** Where the files of a gallery are in the object store. */
export function galleryKey(datasetId: string, file: 'index.json' | 'images' | `${GalleryPicture}.png`): string {
  return `datasets/${datasetId}/gallery/${file}`;
}

const compiled = Compile(GalleryIndex);

/** Throws where the stored index is none that this program reads. */
export function parseGalleryIndex(bytes: Uint8Array): GalleryIndex {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (compiled.Check(value)) return value as GalleryIndex;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored gallery is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}

/** An image of a data set as a list shows it. Which of `label`, `labels` and `values` is there, the task says. */
export const ShownSample = Type.Object(
  {
    index: Type.Integer({ description: 'Its place among all images of the data set' }),
    place: Type.Integer({ description: 'Its place among the images of its split' }),
    file: Type.String({ description: 'As the upload names it' }),
    split: Words(SPLITS),
    label: Type.Optional(Type.String({ description: 'Of a multiclass data set' })),
    labels: Type.Optional(Type.Array(Type.String(), { description: 'Of a multilabel data set' })),
    values: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Of a regression, by target' })),
    width: Type.Integer({ description: 'Of the image as it was uploaded' }),
    height: Type.Integer(),
    thumbnail: Type.String({
      description: 'The image as it is trained on, or a smaller picture of it: PNG, as a `data:` URI',
    }),
  },
  { $id: 'DatasetSample' },
);
export type ShownSample = Static<typeof ShownSample>;

export const AUGMENT_PREVIEW = { imagesMax: 16, images: 6, variantsMax: 12, variants: 6 } as const;

/** The body of `POST /v1/datasets/{id}/augment-preview`. */
export const AugmentPreview = Strict(
  {
    /** As of a training; "standard" where it is left out. */
    augmentation: Type.Optional(AugmentationOptions),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff, default: 0 })),
    images: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: AUGMENT_PREVIEW.imagesMax,
        default: AUGMENT_PREVIEW.images,
        description: 'Rows: images of the train split, of as many classes as it has',
      }),
    ),
    variants: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: AUGMENT_PREVIEW.variantsMax,
        default: AUGMENT_PREVIEW.variants,
        description: 'Columns beside the original: the first epochs of a training with this seed',
      }),
    ),
  },
  { $id: 'AugmentPreview' },
);
export type AugmentPreview = Static<typeof AugmentPreview>;
