import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ByteReader, gunzipped } from './byte-reader.js';

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 31) % 256);

async function* chunks(source: Uint8Array, size: number, onEnd: () => void = () => {}): AsyncGenerator<Uint8Array> {
  try {
    for (let offset = 0; offset < source.length; offset += size) yield source.subarray(offset, offset + size);
  } finally {
    onEnd();
  }
}

describe('a byte reader', () => {
  it.each([1, 7, 1000, 20_000])('takes exact counts from chunks of %i bytes', async (size) => {
    const reader = new ByteReader(chunks(bytes, size));
    let offset = 0;
    for (const count of [0, 1, 16, 784, 4000]) {
      expect([...(await reader.take(count))]).toEqual([...bytes.subarray(offset, offset + count)]);
      offset += count;
    }
    expect((await reader.take(100_000)).length).toBe(bytes.length - offset);
    expect((await reader.take(1)).length).toBe(0);
  });

  it('unpacks gzip by its first bytes, and leaves other data alone', async () => {
    for (const source of [bytes, gzipSync(bytes)]) {
      const reader = new ByteReader(gunzipped(chunks(source, 100)));
      expect(Buffer.from(await reader.take(bytes.length))).toEqual(Buffer.from(bytes));
      expect((await reader.take(1)).length).toBe(0);
    }
  });

  it('throws where the gzip data is damaged or cut short', async () => {
    const packed = gzipSync(bytes);
    const damaged = Buffer.from(packed).fill(0, packed.length / 2, packed.length / 2 + 50);
    for (const source of [packed.subarray(0, packed.length / 2), damaged]) {
      await expect(new ByteReader(gunzipped(chunks(source, 64))).take(bytes.length)).rejects.toThrow();
    }
  });

  it.each(['plain', 'gzip'])('closes a %s source that was not read to its end', async (kind) => {
    let closed = false;
    const source = chunks(kind === 'gzip' ? gzipSync(bytes) : bytes, 50, () => {
      closed = true;
    });
    const reader = new ByteReader(gunzipped(source));
    await reader.take(10);
    await reader.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(true);
  });
});
