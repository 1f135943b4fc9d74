// The bare loop that ingest is held against: libvips alone, through sharp, decodes the images of a folder and brings them
// to one size. Prints, as one line of JSON, what that took once the process was there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';

sharp.concurrency(1);
sharp.cache(false);

/**
 * @param {string} folder
 * @param {'files' | 'memory'} from Files are read by libvips itself; from memory, reading costs nothing
 */
function openSources(folder, from) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return from === 'files' ? paths : paths.map((path) => readFileSync(path));
}

/** @param {string} folder @param {number} side @param {number} lanes Images at once @param {'files' | 'memory'} from */
async function decodeAll(folder, side, lanes, from) {
  const sources = openSources(folder, from);
  let next = 0;
  const work = async () => {
    while (next < sources.length) {
      await sharp(sources[next++]).resize(side, side, { fit: 'cover' }).toColourspace('srgb').raw().toBuffer();
    }
  };
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: lanes }, work));
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  return { images: sources.length, ms, cpu_ms: (user + system) / 1000 };
}

const [folder, side, lanes, from] = process.argv.slice(2);
const pass = await decodeAll(folder, Number(side), Number(lanes), from === 'files' ? 'files' : 'memory');
process.stdout.write(`${JSON.stringify(pass)}\n`);
