/** Image files to pixels, by the browser: upright by EXIF, in sRGB, transparency on white, the first frame of several. */
import type { OpaqueImage } from './model-pixels.js';

/** Beyond it an image is drawn smaller first, since browsers bound the area of a canvas. */
const PIXELS_MAX = 32_000_000;
/** What every JPEG file begins with. */
const JPEG_MARK = [0xff, 0xd8, 0xff];

/** Throws where the browser cannot read it. */
export async function readImage(file: Blob): Promise<OpaqueImage> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, Math.sqrt(PIXELS_MAX / (bitmap.width * bitmap.height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(scale * bitmap.width));
  canvas.height = Math.max(1, Math.round(scale * bitmap.height));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser has no canvas.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width, height, data, isJpeg: await isJpeg(file) };
}

async function isJpeg(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, JPEG_MARK.length).arrayBuffer());
  return JPEG_MARK.every((byte, place) => head[place] === byte);
}
