/** Sheets as PNG files, made by libvips on a thread of its own: in JavaScript that takes as long as to read hundreds of images. */
import { type Canvas, DENSITY } from '@trainyard/pictures';
import sharp from 'sharp';

/** The best filter for each row is worth more than a higher level. */
const PNG = { compressionLevel: 4, adaptiveFiltering: true };

export function encodeSheet({ pixels, width, height }: Canvas): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .withDensity(DENSITY)
    .png(PNG)
    .toBuffer();
}
