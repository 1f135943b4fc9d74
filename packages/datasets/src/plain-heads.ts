/**
 * The heads of JPEG and PNG files, read here where they are as plain as most are. libvips takes longer to open a file of
 * 32x32 pixels than to decode it; whatever is unusual is left to it.
 */

/** What the head of an image file says. */
export interface ImageHead {
  /** Upright, in pixels. */
  width: number;
  height: number;
  isGrey: boolean;
}

/** Null for other files, for damaged ones, and for those with a note on how the camera was held. */
export function readPlainHead(bytes: Uint8Array): ImageHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 16) return null;
  if (view.getUint16(0) === JPEG_START) return readJpegHead(view);
  return isPng(view) ? readPngHead(view) : null;
}

/** Whether no part of an image can be transparent; false for what is neither JPEG nor PNG. */
export function isOpaque(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 33) return false;
  if (view.getUint16(0) === JPEG_START) return true;
  return isPng(view) && !PNG_ALPHA.has(view.getUint8(25)) && !hasTransparency(view);
}

const JPEG_START = 0xffd8;
const JPEG_SCAN = 0xda;
const JPEG_EXIF = 0xe1;
/** In 0xc0 to 0xcf, those that begin no frame: Huffman tables, an extension, arithmetic conditioning. */
const JPEG_NO_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);
const CHANNELS: ReadonlySet<number> = new Set([1, 3, 4]);

/** Goes from segment to segment up to the scan: EXIF may also lie behind the frame header (ITU-T T.81, annex B). */
function readJpegHead(view: DataView): ImageHead | null {
  let head: ImageHead | null = null;
  for (let at = 2; at + 4 <= view.byteLength; ) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === JPEG_EXIF || !hasLength(marker)) return null;
    if (marker === JPEG_SCAN) return head;
    if (marker <= 0xcf && !JPEG_NO_FRAMES.has(marker)) {
      head = readFrame(view, at + 4);
      if (head === null) return null;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function hasLength(marker: number): boolean {
  return marker >= 0xc0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd9);
}

function readFrame(view: DataView, at: number): ImageHead | null {
  if (at + 6 > view.byteLength) return null;
  const [height, width, channels] = [view.getUint16(at + 1), view.getUint16(at + 3), view.getUint8(at + 5)];
  const isPlain = view.getUint8(at) === 8 && width > 0 && height > 0 && CHANNELS.has(channels);
  return isPlain ? { width, height, isGrey: channels === 1 } : null;
}

const PNG_SIGNATURE = [0x89504e47, 0x0d0a1a0a];
const PNG_TYPE = {
  header: chunkType('IHDR'),
  transparency: chunkType('tRNS'),
  pixels: chunkType('IDAT'),
  end: chunkType('IEND'),
};
/** EXIF is in a chunk of its own or, from older programs, in one of text. */
const PNG_NOTES: ReadonlySet<number> = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt'].map(chunkType));
const PNG_GREY: ReadonlySet<number> = new Set([0, 4]);
const PNG_ALPHA: ReadonlySet<number> = new Set([4, 6]);

function chunkType(name: string): number {
  return Buffer.from(name, 'latin1').readUInt32BE();
}

function isPng(view: DataView): boolean {
  return view.getUint32(0) === PNG_SIGNATURE[0] && view.getUint32(4) === PNG_SIGNATURE[1];
}

/** The chunk that makes colours transparent lies before the pixels. Where there are none, nothing is known. */
function hasTransparency(view: DataView): boolean {
  for (let at = 33; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === PNG_TYPE.transparency) return true;
    if (type === PNG_TYPE.pixels) return false;
  }
  return true;
}

/** Goes from chunk to chunk up to the end: a note may also lie behind the pixels (PNG specification, 5.6). */
function readPngHead(view: DataView): ImageHead | null {
  if (view.byteLength < 33 || view.getUint32(12) !== PNG_TYPE.header) return null;
  const head = { width: view.getUint32(16), height: view.getUint32(20), isGrey: PNG_GREY.has(view.getUint8(25)) };
  if (head.width === 0 || head.height === 0) return null;
  for (let at = 33; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === PNG_TYPE.end) return head;
    if (PNG_NOTES.has(type)) return null;
  }
  return null;
}
