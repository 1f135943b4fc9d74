/**
 * Objects as files below one folder, which several processes may share. A write goes to a temporary file of the same
 * file system, is flushed, and takes its name in one rename. What comes in pieces is a file out of sight until then.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TrainyardError } from '@trainyard/contracts';
import { beginAppend, cutTo, fewerBytes, resumeAppend } from './appended-file.js';
import { asStoreError } from './file-errors.js';
import { type FileOrder, FileWriter } from './file-writer.js';
import { checkKey, checkPrefix } from './keys.js';
import { unlessMissing } from './missing-files.js';
import { moveInto } from './move-into.js';
import type {
  AppendedObject,
  ByteRange,
  ObjectStore,
  PieceOptions,
  PieceReader,
  RandomAccess,
  WriteOptions,
  WrittenObject,
} from './object-store.js';
import { ThreadedPieceReader } from './piece-reader.js';

/** No key can begin with a dot, so temporary files are never seen as objects. */
const TEMPORARY_FOLDER = '.incoming';
/** Holds what is being appended to, under the names that it is to have. */
const APPENDING_FOLDER = '.appending';
/** A temporary file that has not grown for so long belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** Threads run what was built, also where a test runs the source. */
const FILE_THREAD = new URL('../dist/file-thread.js', import.meta.url);
const PIECE_THREAD = new URL('../dist/piece-thread.js', import.meta.url);

export class LocalStore implements ObjectStore {
  readonly #root: string;
  readonly #writer = new FileWriter(FILE_THREAD);
  #swept: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  async write(key: string, source: Readable | Uint8Array, options: WriteOptions = {}): Promise<WrittenObject> {
    checkKey(key);
    options.signal?.throwIfAborted();
    try {
      return await this.#writeBy(await this.#temporaryPath(), key, source, options);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async openAppend(key: string, bytes: number): Promise<AppendedObject> {
    checkKey(key);
    const path = this.#appendingPath(key);
    try {
      return await (bytes === 0 ? beginAppend(path) : resumeAppend(path, bytes, key));
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async finishAppend(key: string, bytes: number): Promise<void> {
    checkKey(key);
    const path = this.#appendingPath(key);
    const handle = await unlessMissing(open(path, 'r+'));
    if (handle === null) {
      if ((await this.stat(key))?.bytes !== bytes) throw fewerBytes(key, bytes);
      return;
    }
    try {
      await cutTo(bytes, handle, key);
      await handle.sync();
      await moveInto(path, join(this.#root, key));
    } catch (error) {
      throw asStoreError(error);
    } finally {
      await handle.close();
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    checkKey(key);
    if (range && !(range.start >= 0 && range.end >= range.start)) throw new RangeError('Not a byte range');
    const handle = await this.#open(key);
    if (!range) return handle.createReadStream();
    if (range.start < range.end) return handle.createReadStream({ start: range.start, end: range.end - 1 });
    await handle.close();
    return Readable.from([]);
  }

  async readBytes(key: string): Promise<Uint8Array> {
    checkKey(key);
    const handle = await this.#open(key);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  async stat(key: string): Promise<{ bytes: number } | null> {
    checkKey(key);
    const found = await unlessMissing(stat(join(this.#root, key)));
    return found?.isFile() ? { bytes: found.size } : null;
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    const path = join(this.#root, key);
    if ((await unlessMissing(stat(path)))?.isFile()) await rm(path, { force: true });
    const appended = this.#appendingPath(key);
    if ((await unlessMissing(stat(appended)))?.isFile()) await rm(appended, { force: true });
  }

  async removePrefix(prefix: string): Promise<void> {
    const folder = checkPrefix(prefix);
    await unlessMissing(rm(this.#appendingPath(folder), { recursive: true, force: true }));
    for (const entry of folder === '' ? await this.#entries('') : [{ key: folder }]) {
      await unlessMissing(rm(join(this.#root, entry.key), { recursive: true, force: true }));
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    yield* this.#walk(checkPrefix(prefix));
  }

  async openRandomAccess(key: string): Promise<RandomAccess> {
    checkKey(key);
    const handle = await this.#open(key);
    const { size } = await handle.stat();
    return {
      bytes: size,
      read: (offset, length) => readAt(handle, offset, Math.max(0, Math.min(length, size - offset))),
      close: () => handle.close(),
    };
  }

  async openPieces(keys: readonly string[], options: PieceOptions): Promise<PieceReader> {
    const files: FileHandle[] = [];
    try {
      for (const key of keys) {
        checkKey(key);
        files.push(await this.#open(key));
      }
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    return new ThreadedPieceReader({ files, ...options, script: PIECE_THREAD });
  }

  async check(): Promise<void> {
    try {
      const probe = await this.#temporaryPath();
      await fill(probe, new Uint8Array(1), {});
      await rm(probe);
    } catch (error) {
      throw new TrainyardError('unavailable', 'The object store cannot be written to.', { cause: error });
    }
  }

  async *#walk(folder: string): AsyncIterable<string> {
    for (const entry of await this.#entries(folder)) {
      if (entry.isFolder) yield* this.#walk(entry.key);
      else yield entry.key;
    }
  }

  /** What lies in a folder, in the order of the keys: a folder sorts as its name with the slash that follows it. */
  async #entries(folder: string): Promise<{ key: string; isFolder: boolean }[]> {
    const found = (await unlessMissing(readdir(join(this.#root, folder), { withFileTypes: true }))) ?? [];
    return found
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .map((entry) => ({ ...entry, order: entry.isFolder ? `${entry.name}/` : entry.name }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ name, isFolder }) => ({ key: folder === '' ? name : `${folder}/${name}`, isFolder }));
  }

  async #open(key: string): Promise<FileHandle> {
    const handle = await unlessMissing(open(join(this.#root, key), 'r'));
    if (handle && (await handle.stat()).isFile()) return handle;
    await handle?.close();
    throw new TrainyardError('not_found', `There is no stored object ${key}.`);
  }

  #appendingPath(key: string): string {
    return join(this.#root, APPENDING_FOLDER, key);
  }

  async #writeBy(
    temporary: string,
    key: string,
    source: Readable | Uint8Array,
    options: WriteOptions,
  ): Promise<WrittenObject> {
    try {
      const path = join(this.#root, key);
      if (isShared(source)) return await this.#writeInThread({ temporary, path, bytes: source }, options);
      const written = await fill(temporary, source, options);
      await moveInto(temporary, path);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #writeInThread(order: FileOrder, { maxBytes }: WriteOptions): Promise<WrittenObject> {
    refuseLonger(order.bytes.length, maxBytes);
    return { bytes: order.bytes.length, sha256: await this.#writer.write(order) };
  }

  async #temporaryPath(): Promise<string> {
    const folder = join(this.#root, TEMPORARY_FOLDER);
    await mkdir(folder, { recursive: true });
    this.#swept ??= removeAbandoned(folder);
    await this.#swept;
    return join(folder, randomUUID());
  }
}

function isShared(source: Readable | Uint8Array): source is Uint8Array {
  return source instanceof Uint8Array && source.buffer instanceof SharedArrayBuffer;
}

function refuseLonger(bytes: number, most = Number.POSITIVE_INFINITY): void {
  if (bytes > most) throw new TrainyardError('payload_too_large', `At most ${most} bytes are accepted.`);
}

async function fill(path: string, source: Readable | Uint8Array, options: WriteOptions): Promise<WrittenObject> {
  const handle = await open(path, 'wx');
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    const append = async (chunk: Uint8Array): Promise<void> => {
      bytes += chunk.byteLength;
      refuseLonger(bytes, options.maxBytes);
      hash.update(chunk);
      await handle.writeFile(chunk);
    };
    if (source instanceof Uint8Array) await append(source);
    else await drain(source, append, options.signal);
    options.signal?.throwIfAborted();
    await handle.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

async function drain(source: Readable, append: (chunk: Uint8Array) => Promise<void>, signal?: AbortSignal) {
  const sink = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) await append(chunk);
  };
  await pipeline(source, sink, signal ? { signal } : {});
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await unlessMissing(stat(path));
    if (found && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
  }
}
