import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { appendMetadata } from './append-metadata.js';
import { encodeModel } from './wire.js';

const producer = { name: 'test', version: '1' };
const graph = { name: 'empty', nodes: [], inputs: [], outputs: [], initializers: [] };
const model = encodeModel({ graph, producer, metadata: { task: 'multiclass' } });

/** Every entry of a file's metadata: field 14 of ModelProto, with key and value as its fields 1 and 2. */
function metadataOf(file: Uint8Array): [string, string][] {
  const entries: [string, string][] = [];
  const reader = new BinaryReader(file);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== 14) {
      reader.skip(type, field);
      continue;
    }
    const entry = new BinaryReader(reader.bytes());
    entry.tag();
    const key = entry.string();
    entry.tag();
    entries.push([key, entry.string()]);
  }
  return entries;
}

describe('appendMetadata', () => {
  it.each([1, 127, 128, 70_000])('adds an entry of %i characters after all that was there', (length) => {
    const value = 'ü'.repeat(length);
    const file = appendMetadata(model, 'certificate', value);
    expect(file.subarray(0, model.length)).toEqual(model);
    expect(metadataOf(file)).toEqual([
      ['task', 'multiclass'],
      ['certificate', value],
    ]);
  });
});
