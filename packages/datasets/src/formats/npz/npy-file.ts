/**
 * One .npy file: a magic word, a version, the length of a header that is a Python dictionary, then the elements. As NumPy
 * describes it in numpy.lib.format. Items, the parts along the first axis, are read one after another.
 */
import { TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import { ByteReader } from '../../byte-reader.js';
import { readFortranItems } from './fortran-items.js';
import { type NpyType, npyType } from './npy-type.js';

const MAGIC = '\x93NUMPY';
const HEADER_BYTES_MAX = 64 * 1024;
const ITEM_BYTES_MAX = 512 * 1024 ** 2;

export interface NpyHead {
  readonly type: NpyType;
  /** NumPy's name of the type. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly isFortranOrder: boolean;
  /** Where the elements begin. */
  readonly start: number;
  /** Elements in an item. */
  readonly itemSize: number;
}

/** Throws `invalid_dataset` for what is no array that can be read, or not as long as it says. */
export async function readNpyHead(archive: Archive, entry: ArchiveEntry): Promise<NpyHead> {
  const reader = new ByteReader(archive.stream(entry));
  try {
    return await parseHead(reader, entry);
  } finally {
    await reader.close();
  }
}

/** The bytes of each item in turn, its elements in C order. */
export async function* readNpyItems(archive: Archive, entry: ArchiveEntry, head: NpyHead): AsyncGenerator<Uint8Array> {
  if (head.isFortranOrder && head.shape.length > 1) {
    yield* readFortranItems(() => openElements(archive, entry, head), head, entry.path);
    return;
  }
  const itemBytes = head.itemSize * head.type.bytes;
  const reader = await openElements(archive, entry, head);
  try {
    for (let index = 0; index < head.shape[0]; index++) yield await reader.take(itemBytes);
    // To the end, where a damaged entry is found out.
    await reader.take(1);
  } finally {
    await reader.close();
  }
}

async function openElements(archive: Archive, entry: ArchiveEntry, { start }: NpyHead): Promise<ByteReader> {
  const reader = new ByteReader(archive.stream(entry));
  await reader.take(start);
  return reader;
}

async function parseHead(reader: ByteReader, entry: ArchiveEntry): Promise<NpyHead> {
  const fixed = Buffer.from(await reader.take(8));
  if (fixed.toString('latin1', 0, 6) !== MAGIC) throw invalid(entry, 'is no .npy file. Write it with numpy.savez');
  const lengthBytes = fixed[6] === 1 ? 2 : 4;
  const lengthField = Buffer.from(await reader.take(lengthBytes));
  if (lengthField.byteLength < lengthBytes) throw invalid(entry, 'is cut short');
  const length = lengthField.readUIntLE(0, lengthBytes);
  if (length > HEADER_BYTES_MAX) throw invalid(entry, `has a header of ${length} bytes`);
  const header = Buffer.from(await reader.take(length)).toString('latin1');
  return checkLength(entry, { ...parseDictionary(header, entry), start: 8 + lengthBytes + length });
}

function parseDictionary(header: string, entry: ArchiveEntry) {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'of several fields';
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (!order || shapeText === undefined) throw invalid(entry, 'has a header that cannot be read');
  const type = npyType(descr);
  if (!type) {
    throw invalid(
      entry,
      `holds elements of the type ${printable(descr)}. Expected: numbers or texts, no Python objects`,
    );
  }
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
  if (shape.length === 0 || shape.some((size) => size < 1 || size > Number.MAX_SAFE_INTEGER)) {
    throw invalid(entry, `has the shape (${shapeText}). Expected: at least one item`);
  }
  const itemSize = shape.slice(1).reduce((product, size) => product * size, 1);
  if (itemSize * type.bytes > ITEM_BYTES_MAX)
    throw invalid(entry, `has items of ${itemSize} elements, which is too many`);
  return { type, descr, shape, isFortranOrder: order === 'True', itemSize };
}

function checkLength(entry: ArchiveEntry, head: NpyHead): NpyHead {
  const expected = head.start + head.shape[0] * head.itemSize * head.type.bytes;
  if (entry.bytes === expected) return head;
  throw invalid(entry, `has ${entry.bytes} bytes where its header says ${expected}: it is cut short or damaged`);
}

function invalid(entry: ArchiveEntry, what: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`);
}
