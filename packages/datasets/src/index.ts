export { datasetPrefix } from './dataset-keys.js';
export { decodeImage } from './decode.js';
export { writeGallery } from './gallery/gallery.js';
export type { GalleryImages, GallerySource } from './gallery/gallery-source.js';
export * from './ingest.js';
export { packDataset, readManifest } from './pack-dataset.js';
export { type OpenPackedOptions, openPacked, type PackedDataset, type PackedSplit } from './packed.js';
export * from './packed-image.js';
