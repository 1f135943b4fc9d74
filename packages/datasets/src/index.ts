export { datasetPrefix } from './dataset-keys.js';
export { decodeImage } from './decode.js';
export * from './ingest.js';
export { packDataset, readManifest } from './pack-dataset.js';
export { type OpenPackedOptions, openPacked, type PackedDataset, type PackedSplit } from './packed.js';
export * from './packed-image.js';
