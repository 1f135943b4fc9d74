/**
 * Image files to pixels, by libvips, and bitmaps by `bmp.ts`. Training data and images sent to an endpoint take this one
 * path, so a model sees both alike: turned upright by EXIF, in sRGB or grey, 8 bit, transparency on white, the first
 * frame of several.
 */
import { TrainyardError } from '@trainyard/contracts';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { BMP_PIXELS_MAX, decodeBmp, isBmp, readBmpHead } from './bmp.js';
import type { PackedImage } from './packed-image.js';
import { type ImageHead, isOpaque, readPlainHead } from './plain-heads.js';

export type { ImageHead } from './plain-heads.js';

/** More pixels than that are refused before they are unpacked; of some files all are in memory at once, up to 8 bytes each. */
export const PIXELS_MAX = 64_000_000;
/** AVIF takes some 20 bytes for each pixel while it is unpacked. */
const AVIF_PIXELS_MAX = 25_000_000;
/** From this size on, one AVIF is unpacked at a time. */
const AVIF_PIXELS_SHARED = 4_000_000;

const BACKGROUND = { r: 255, g: 255, b: 255 };
/** Of files that say nothing of how the camera was held: to look for it takes libvips as long as a quarter of a small image. */
const UPRIGHT: SharpOptions = { failOn: 'error', limitInputPixels: PIXELS_MAX };
const INPUT: SharpOptions = { ...UPRIGHT, autoOrient: true };
const AVIF_INPUT: SharpOptions = { ...INPUT, limitInputPixels: AVIF_PIXELS_MAX };
const GREY_SPACES: ReadonlySet<string> = new Set(['b-w', 'grey16']);

// Only raster formats are read: SVG and the like can refer to other files, and their loaders are large.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((name) => `VipsForeignLoad${name}`) });
// Images are small and many: one thread each and several at once is faster than several threads for one.
sharp.concurrency(1);
sharp.cache(false);

/** Throws `invalid_image` for what is no image that can be read. */
export async function readImageHead(bytes: Uint8Array): Promise<ImageHead> {
  try {
    if (isBmp(bytes)) return readBmpHead(bytes);
    const head = readPlainHead(bytes);
    if (head && head.width * head.height <= PIXELS_MAX) return head;
    const { autoOrient, space } = await sharp(bytes, isAvif(bytes) ? AVIF_INPUT : INPUT).metadata();
    return { width: autoOrient.width, height: autoOrient.height, isGrey: GREY_SPACES.has(space) };
  } catch (error) {
    throw invalidImage(error, bytes);
  }
}

/** Images of more pixels are unpacked one at a time: what that takes is bounded by their pixels, not by their files. */
const PIXELS_SHARED = 8_000_000;
let large: Promise<unknown> = Promise.resolve();

/** An image file and what its head says: uint8 [height, width, channels]. Throws as `decodeImage` does. */
export async function decodeWithHead(
  bytes: Uint8Array,
  image: PackedImage,
): Promise<ImageHead & { pixels: Uint8Array }> {
  const head = await readImageHead(bytes);
  const decode = () => decodeImage(bytes, image);
  if (head.width * head.height < PIXELS_SHARED) return { ...head, pixels: await decode() };
  const turn = large.then(decode);
  large = turn.catch(() => {});
  return { ...head, pixels: await turn };
}

/**
 * The pixels of an image file, brought to the given size: uint8 [height, width, channels]. Throws `invalid_image` for
 * what cannot be read, is cut short, or has more than 64 million pixels (AVIF and BMP: 25 million).
 */
export async function decodeImage(bytes: Uint8Array, image: PackedImage): Promise<Uint8Array> {
  try {
    if (isBmp(bytes)) return await decodeBitmap(bytes, image);
    if (isAvif(bytes)) return await decodeAvif(bytes, image);
    return await decodeFile(bytes, readPlainHead(bytes) ? UPRIGHT : INPUT, image);
  } catch (error) {
    throw invalidImage(error, bytes);
  }
}

function decodeFile(bytes: Uint8Array, input: SharpOptions, image: PackedImage): Promise<Uint8Array> {
  const source = sharp(bytes, input);
  // A colour to lie on costs as much as all other settings, for what most files have no use for.
  return toPixels(isOpaque(bytes) ? source : source.flatten({ background: BACKGROUND }), image);
}

function decodeBitmap(bytes: Uint8Array, image: PackedImage): Promise<Uint8Array> {
  const { width, height, pixels } = decodeBmp(bytes);
  return toPixels(sharp(pixels, { raw: { width, height, channels: 4 } }).flatten({ background: BACKGROUND }), image);
}

let largeAvif: Promise<unknown> = Promise.resolve();

async function decodeAvif(bytes: Uint8Array, image: PackedImage): Promise<Uint8Array> {
  const decode = () => decodeFile(bytes, AVIF_INPUT, image);
  const { width, height } = await sharp(bytes, AVIF_INPUT).metadata();
  if (width * height < AVIF_PIXELS_SHARED) return decode();
  const turn = largeAvif.then(decode);
  largeAvif = turn.catch(() => {});
  return turn;
}

const FTYP = Buffer.from('ftyp', 'latin1');

/** By the brand box that files of that family begin with. */
function isAvif(bytes: Uint8Array): boolean {
  return FTYP.every((byte, index) => bytes[4 + index] === byte);
}

/** Brings pixels, uint8 [height, width, channels], to the given size and number of channels, in the same layout. */
export function resizePixels(
  pixels: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: 1 | 3 },
  image: PackedImage,
): Promise<Uint8Array> {
  return toPixels(sharp(pixels, { raw: { width, height, channels } }), image);
}

/** Borders are black. */
async function toPixels(source: Sharp, { width, height, channels, fit }: PackedImage): Promise<Uint8Array> {
  const { data, info } = await source
    .resize(width, height, { fit })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`Expected ${channels} channels. Received: ${info.channels}`);
  return data;
}

/** From [height, width, channels] to [channels, height, width]. One channel is the same either way. */
export function toPlanar(interleaved: Uint8Array, channels: 1 | 3): Uint8Array {
  if (channels === 1) return interleaved;
  const planar = new Uint8Array(interleaved.length);
  const plane = interleaved.length / channels;
  for (let red = 0, green = plane, blue = 2 * plane, from = 0; red < plane; red++, green++, blue++, from += channels) {
    planar[red] = interleaved[from];
    planar[green] = interleaved[from + 1];
    planar[blue] = interleaved[from + 2];
  }
  return planar;
}

const REASONS: readonly [RegExp, string][] = [
  [/is empty/, 'it is empty'],
  [/BMP exceeds/, `it is a BMP of more than ${BMP_PIXELS_MAX} pixels; save it as PNG`],
  [/BMP .* unsupported/, 'it is a damaged BMP, or a rare kind of one; save it as PNG'],
  [/unsupported|not supported/i, 'its format is not JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP, or a rare kind of one'],
  [/premature end|truncated|end of|bad seek|corrupt header/i, 'it is damaged or cut short'],
];

/** libvips' own words name functions and codes, which tell a caller nothing. */
function invalidImage(error: unknown, bytes: Uint8Array): TrainyardError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = reasonOf(message, isAvif(bytes) ? AVIF_PIXELS_MAX : PIXELS_MAX);
  return new TrainyardError('invalid_image', `The image cannot be read: ${reason}.`, { cause: error });
}

function reasonOf(message: string, pixelsMax: number): string {
  const known = REASONS.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  return /exceeds pixel limit/.test(message) ? `it has more than ${pixelsMax} pixels` : 'its data is damaged';
}
