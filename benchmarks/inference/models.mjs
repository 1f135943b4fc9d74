// The models that are served, and the images that they are asked about.
import sharp from 'sharp';
import { networkOf } from '../noise.mjs';

export const SERVED_MODELS = ['mnist_convnet', 'course', 'resnet8'];

/** Different images for each model; requests go through them again and again. */
export const IMAGES = 64;
/** Pixels of a drawn image that are chosen, each way; what lies between is smooth, as in a photo. */
const COARSE = 6;
const JPEG_QUALITY = 90;

/**
 * @typedef {object} ServedModel
 * @property {string} name Of the preset, and with hyphens of its endpoint
 * @property {string} endpoint
 * @property {object} spec
 * @property {import('@trainyard/contracts').ImageSize} image
 * @property {Uint8Array[]} pixels Each uint8 [height, width, channels]
 * @property {Buffer[]} jpegs The same images as files of the size that the model takes
 */

/** @param {string} name @returns {Promise<ServedModel>} */
export async function servedModel(name) {
  const { spec, image } = networkOf(name);
  const drawn = await Promise.all(Array.from({ length: IMAGES }, (_, seed) => drawImage(seed, image)));
  return {
    name,
    endpoint: name.replaceAll('_', '-'),
    spec,
    image,
    pixels: drawn.map(({ pixels }) => pixels),
    jpegs: drawn.map(({ jpeg }) => jpeg),
  };
}

/** @param {number} seed @param {import('@trainyard/contracts').ImageSize} image */
async function drawImage(seed, { width, height, channels }) {
  const coarse = Uint8Array.from({ length: COARSE * COARSE * channels }, (_, place) => {
    return Math.imul(seed * 7919 + place + 1, 2654435761) >>> 24;
  });
  const pixels = await sharp(coarse, { raw: { width: COARSE, height: COARSE, channels } })
    .resize(width, height, { kernel: 'cubic' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  const jpeg = await sharp(pixels, { raw: { width, height, channels } }).jpeg({ quality: JPEG_QUALITY }).toBuffer();
  return { pixels: new Uint8Array(pixels), jpeg };
}
