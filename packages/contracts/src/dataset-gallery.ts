/**
 * What can be looked at of a data set: pictures that are drawn when it is read, some of its images, and what the routes
 * answer that show them.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
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
