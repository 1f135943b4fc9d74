// The sets of images that ingest is timed on: each as an uploaded archive, and as a folder for the bare loop.
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import yauzl from 'yauzl';
import yazl from 'yazl';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Real images lie beside the repository where there are any. */
const SHARED = resolve(ROOT, process.env.TRAINYARD_TEST_DATA ?? '../shared/data', 'images');
const SOURCE_KEY = 'uploads/bench/source';
const CLASSES = 10;
const PNG_IMAGES = 3000;
const PNG_SIDE = 64;

/**
 * @typedef {object} ImageSet
 * @property {string} name
 * @property {string} what
 * @property {number} side Of the packed images
 * @property {string} root Of a store that holds the archive
 * @property {string} sourceKey
 * @property {string} folder With the same files
 *
 * @typedef {{ path: string, bytes: Uint8Array }} File
 */

/** @type {Record<string, { what: string, side: number, files: () => Promise<File[]> }>} */
const SETS = {
  small: {
    what: '6,000 JPEGs of 32x32 pixels (CIFAR-10)',
    side: 32,
    files: () => realOr('cifar10-jpg-6k.zip', () => drawn(6000, 32, 'jpeg')),
  },
  photos: { what: '700 photos of many sizes (JPEG), brought to 64x64', side: 64, files: photoFiles },
  many_photos: { what: 'the same and the quarters of each, enlarged: 3,500', side: 64, files: photosAndQuarters },
  png: { what: `${PNG_IMAGES} PNGs of 64x64 pixels`, side: PNG_SIDE, files: pngFiles },
};

export const SET_NAMES = Object.keys(SETS);

/** @param {string} name @param {string} directory @returns {Promise<ImageSet>} */
export async function openSet(name, directory) {
  const { what, side, files } = SETS[name];
  const [root, folder] = [join(directory, name, 'store'), join(directory, name, 'files')];
  const archive = join(root, SOURCE_KEY);
  await mkdir(dirname(archive), { recursive: true });
  const contents = await files();
  for (const { path, bytes } of contents) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const real = { small: 'cifar10-jpg-6k.zip', photos: 'flowers-700.zip' }[name];
  if (real && existsSync(join(SHARED, real))) await copyFile(join(SHARED, real), archive);
  else await writeZip(archive, contents);
  return { name, what, side, root, sourceKey: SOURCE_KEY, folder };
}

/** @param {string} archive @param {readonly File[]} contents */
async function writeZip(archive, contents) {
  const zip = new yazl.ZipFile();
  for (const { path, bytes } of contents) zip.addBuffer(Buffer.from(bytes), path, { compress: false });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
}

/** The files of a real archive; where it is not there, others. @param {string} name @param {() => Promise<File[]>} others */
async function realOr(name, others) {
  const path = join(SHARED, name);
  return existsSync(path) ? unzipped(path) : others();
}

/** @param {string} path @returns {Promise<File[]>} */
async function unzipped(path) {
  const zip = await yauzl.fromBufferPromise(await readFile(path));
  /** @type {File[]} */
  const files = [];
  for await (const entry of zip.eachEntry()) {
    if (!/\.jpe?g$/.test(entry.fileName)) continue;
    const chunks = await (await zip.openReadStreamPromise(entry)).toArray();
    files.push({ path: entry.fileName, bytes: Buffer.concat(chunks) });
  }
  return files;
}

function photoFiles() {
  return realOr('flowers-700.zip', () => drawn(700, 500, 'jpeg'));
}

/** More photos than there are, none of them the same: as large as the first, and as dear to decode. */
async function photosAndQuarters() {
  const photos = await photoFiles();
  const quarters = [];
  for (const { path, bytes } of photos) {
    const { width, height } = await sharp(bytes).metadata();
    const [right, lower] = [Math.floor(width / 2), Math.floor(height / 2)];
    for (const [index, [left, top]] of [
      [0, 0],
      [right, 0],
      [0, lower],
      [right, lower],
    ].entries()) {
      const quarter = sharp(bytes).extract({ left, top, width: right, height: lower });
      const enlarged = await quarter.resize(width, height, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer();
      quarters.push({ path: path.replace(/\.jpe?g$/, `-${index}.jpg`), bytes: enlarged });
    }
  }
  return [...photos, ...quarters];
}

async function pngFiles() {
  const images = (await SETS.small.files()).slice(0, PNG_IMAGES);
  return Promise.all(
    images.map(async ({ bytes }, index) => ({
      path: `class-${index % CLASSES}/${index}.png`,
      bytes: await sharp(bytes).resize(PNG_SIDE, PNG_SIDE).png().toBuffer(),
    })),
  );
}

/** Soft shapes of many colours. @param {number} count @param {number} side @param {'jpeg' | 'png'} format */
async function drawn(count, side, format) {
  /** @type {File[]} */
  const files = [];
  for (let index = 0; index < count; index++) {
    const colours = Uint8Array.from(
      { length: 4 * 4 * 3 },
      (_, place) => Math.imul(index * 48 + place + 1, 2654435761) >>> 24,
    );
    const bytes = await sharp(colours, { raw: { width: 4, height: 4, channels: 3 } })
      .resize(side, side)
      .toFormat(format)
      .toBuffer();
    files.push({ path: `class-${index % CLASSES}/${index}.${format}`, bytes });
  }
  return files;
}
