import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FrameReader, writeFrame } from './frame.js';

function written(...frames: [object, Uint8Array[]][]): Buffer {
  const pipe = new PassThrough();
  for (const [header, parts] of frames) writeFrame(pipe, header, parts);
  return pipe.read();
}

function readIn(chunks: Buffer[]): [unknown, number[]][] {
  const frames: [unknown, number[]][] = [];
  const reader = new FrameReader((header, payload) => frames.push([header, [...payload]]));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

describe('frames', () => {
  const bytes = written(
    [{ number: 1, name: 'größe' }, [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]],
    [{ number: 2 }, []],
    [{ number: 3 }, [new Uint8Array(5).fill(7)]],
  );
  const frames = [
    [{ number: 1, name: 'größe' }, [1, 2, 3]],
    [{ number: 2 }, []],
    [{ number: 3 }, [7, 7, 7, 7, 7]],
  ];

  it('come out as they went in, however the pipe cuts them', () => {
    for (const size of [1, 2, 3, 7, 8, 9, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, place) =>
        bytes.subarray(place * size, (place + 1) * size),
      );
      expect(readIn(chunks), `in chunks of ${size}`).toEqual(frames);
    }
  });

  it('come out of payloads that are too large to be copied, too', () => {
    const parts = [new Uint8Array(60_000).fill(1), new Uint8Array(), new Uint8Array(60_000).fill(2)];
    const [[header, payload]] = readIn([written([{ number: 4 }, parts])]);
    expect(header).toEqual({ number: 4 });
    expect(Buffer.from(payload).equals(Buffer.concat(parts))).toBe(true);
  });

  it('are refused where their lengths are none, or their header is not JSON', () => {
    expect(() => readIn([Buffer.alloc(8)])).toThrow(RangeError);
    expect(() => readIn([Buffer.from([255, 255, 255, 255, 255, 255, 255, 255])])).toThrow(RangeError);
    expect(() => readIn([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0x7b])])).toThrow(SyntaxError);
  });
});
