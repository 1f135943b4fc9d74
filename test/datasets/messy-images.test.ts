// Images as people have them: from many programs, in rare forms, and damaged.
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { decodeImage } from '@trainyard/datasets';
import { describe, expect, it, type TestContext } from 'vitest';
import { buildTarGz } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { createTestStore, ingest, readStored } from './store.js';

/** The lines of decode-map.tsv: how libvips took each file, strictly and leniently. */
function decodeMap(folder: string) {
  const [, ...lines] = readFileSync(join(folder, 'decode-map.tsv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [file, , format, size, , , , orientation, , strict, lenient] = line.split('\t');
    return { file, format, size, orientation: Number(orientation), strict, lenient };
  });
}

type Expectation = 'used' | 'skipped';

/** Of what libvips warns of, these show their whole picture all the same; from the others, rows are missing. */
const USED_WITH_WARNINGS: ReadonlySet<string> = new Set([
  'hopper_bad_exif.jpg',
  'multipage_multiple_frame_loop.tiff',
  'multipage_single_frame_loop.tiff',
  'photoshop-200dpi-broken.jpg',
  'test_extents_transparency.gif',
  'truncated_app14.jpg',
  'bonne.geo.tif',
]);

/** Bitmaps, which libvips cannot read: damaged ones, one of 3 million by 7 million pixels, and kinds that are rare. */
const SKIPPED_BITMAPS: ReadonlySet<string> = new Set([
  ...['badbitcount', 'badpalettesize', 'badplanes', 'badrle', 'badwidth', 'reallybig', 'shortfile'],
  ...['pal2', 'pal8os2sp', 'pal8os2v2-16', 'rgb24jpeg', 'rgb24png', 'rgb32h52', 'rgba32abf'],
  'hopper_rle8_grayscale',
]);

function expectationOf({ file, format, strict, lenient }: ReturnType<typeof decodeMap>[number]): Expectation {
  const name = basename(file);
  if (extname(name) === '.bmp') return SKIPPED_BITMAPS.has(basename(name, '.bmp')) ? 'skipped' : 'used';
  // Multi-picture files carry an extension that nobody calls an image; vector files can refer to others.
  if (extname(name) === '.mpo' || format === 'svg') return 'skipped';
  if (lenient !== 'ok') return 'skipped';
  return strict === 'ok' || USED_WITH_WARNINGS.has(name) ? 'used' : 'skipped';
}

describe('messy images', () => {
  it('are each used or skipped with a reason, and never end the ingest', async (context) => {
    const folder = sharedData(context, 'messy-images');
    const map = decodeMap(folder);
    expect(map).toHaveLength(326);
    const contents = map.map(({ file }) => ({ path: file, bytes: readFileSync(join(folder, file)) }));
    const store = createTestStore();
    const { classes } = await ingest(store, await buildTarGz(contents), {
      options: { image: { width: 32, height: 32 }, max_skipped: 1 },
    });
    expect(classes).toEqual(['exif-orientation', 'pillow', 'pillow-bmp', 'sharp']);
    const { samples, skipped } = await readStored(store);
    const used = new Map(samples.map((sample) => [sample.source, sample]));
    const reasons = new Map(skipped.map(({ file, reason }) => [file, reason]));
    for (const line of map) {
      const { file, size, orientation } = line;
      expect(used.has(file) ? 'used' : 'skipped', file).toBe(expectationOf(line));
      const sample = used.get(file);
      if (!sample) expect(reasons.get(file), file).toMatch(/^(The image cannot be read: it|it is not an image)/);
      else if (extname(file) !== '.bmp') {
        const [width, height] = orientation >= 5 ? size.split('x').reverse() : size.split('x');
        expect(`${sample.width}x${sample.height}`, file).toBe(`${width}x${height}`);
      }
    }
    expect(used.size + reasons.size).toBe(map.length);
  });
});

describe('one picture in several forms looks the same', () => {
  /** The mean difference of two files, brought to 24x24, in steps of 256. */
  async function difference(context: TestContext, one: string, other: string, channels: 1 | 3): Promise<number> {
    const [a, b] = await Promise.all(
      [one, other].map((file) => {
        const bytes = readFileSync(sharedData(context, `messy-images/${file}`));
        return decodeImage(bytes, { width: 24, height: 24, channels, fit: 'fill' });
      }),
    );
    return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
  }

  const orientations = [2, 3, 4, 5, 6, 7, 8];
  it.for<[what: string, one: string, others: string[], atMost: number, channels?: 1]>([
    [
      'held by the camera in any way',
      'exif-orientation/Landscape_1.jpg',
      orientations.map((n) => `exif-orientation/Landscape_${n}.jpg`),
      8,
    ],
    [
      'held upright by the camera',
      'exif-orientation/Portrait_1.jpg',
      orientations.map((n) => `exif-orientation/Portrait_${n}.jpg`),
      8,
    ],
    [
      'turned in a JPEG and a WebP',
      'pillow/hopper_orientation_2.jpg',
      orientations.flatMap((n) => [`pillow/hopper_orientation_${n}.jpg`, `pillow/hopper_orientation_${n}.webp`]),
      8,
    ],
    ['turned in a fax', 'pillow/g4_orientation_1.tif', orientations.map((n) => `pillow/g4_orientation_${n}.tif`), 8],
    [
      'of 16 bits in a TIFF, and of 8',
      'pillow/tiff_16bit_RGB_target.png',
      ['pillow/tiff_16bit_RGB.tiff', 'pillow/tiff_strip_planar_16bit_RGB.tiff'],
      1,
    ],
    [
      'of 16 bits with alpha, and of 8',
      'pillow/tiff_16bit_RGBa_target.png',
      ['pillow/tiff_16bit_RGBa.tiff', 'pillow/tiff_strip_planar_16bit_RGBa.tiff'],
      3,
    ],
    [
      'of 16 bits in a PNG, and of 8',
      'sharp/Flag_of_the_Netherlands.png',
      ['sharp/Flag_of_the_Netherlands-16bit.png'],
      1,
    ],
    [
      'of 16 bits in either byte order',
      'pillow/16bit.cropped.tif',
      ['pillow/16bit.MM.cropped.tif', 'pillow/16bit.deflate.tif', 'pillow/16bit.MM.deflate.tif'],
      0,
    ],
    [
      'in CMYK as a JPEG and as TIFF',
      'pillow/pil_sample_cmyk.jpg',
      ['pillow/tiff_strip_cmyk_jpeg.tif', 'pillow/tiff_tiled_cmyk_jpeg.tif', 'pillow/tiff_strip_cmyk_16l_jpeg.tif'],
      4,
    ],
    [
      'in CMYK with a profile and without',
      'sharp/Channel_digital_image_CMYK_color.jpg',
      ['sharp/Channel_digital_image_CMYK_color_no_profile.jpg'],
      12,
    ],
    ['transparent in its parts', 'pillow/transparent.png', ['pillow/transparent.gif', 'pillow/transparent.webp'], 4],
    ['in colour and in grey', 'pillow/hopper_orientation_2.jpg', ['pillow/hopper_gray.jpg'], 4, 1],
    ['with a palette', 'pillow/hopper_orientation_2.jpg', ['pillow/hopper_zero_comment_subblocks.gif'], 8],
    [
      'in bitmaps of 16, 24 and 32 bits',
      'pillow-bmp/rgb24.bmp',
      [
        'rgb16',
        'rgb16-565',
        'rgb16-565pal',
        'rgb32',
        'rgb32bf',
        'rgb32bf-xbgr',
        'rgb32-111110',
        'rgb24pal',
        'pal8',
      ].map((name) => `pillow-bmp/${name}.bmp`),
      4,
    ],
    [
      'in bitmaps with palettes',
      'pillow-bmp/pal8.bmp',
      ['pal8-0', 'pal8offs', 'pal8os2', 'pal8os2v2', 'pal8rle', 'pal8topdown', 'pal8v4', 'pal8v5', 'rletopdown'].map(
        (name) => `pillow-bmp/${name}.bmp`,
      ),
      0,
    ],
  ])('%s', async ([, one, others, atMost, channels], context) => {
    for (const other of others) {
      expect(await difference(context, one, other, channels ?? 3), other).toBeLessThanOrEqual(atMost);
    }
  });

  it('unless it is another', async (context) => {
    expect(await difference(context, 'pillow/flower.jpg', 'pillow/flower2.jpg', 3)).toBeGreaterThan(20);
  });
});
