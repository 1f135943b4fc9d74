import { describe, expect, it } from 'vitest';
import { LongLineError, NotUtf8Error, readLines } from './csv-lines.js';

/** The lines of a text that comes in pieces of so many bytes. */
async function linesOf(text: string | Uint8Array, pieceBytes = 1000, lineBytesMax = 1000): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const lines: string[] = [];
  for await (const some of readLines(pieces(), lineBytesMax)) lines.push(...some.map(String));
  return lines;
}

describe('readLines', () => {
  const text = '\ufeffa,b\r\n1,2\n\nä,🙂\r\nlast';

  it('gives the lines, however the text is cut into pieces', async () => {
    for (let bytes = 1; bytes < 30; bytes++) {
      expect((await linesOf(text, bytes)).join('|')).toBe('a,b|1,2||ä,🙂|last');
    }
  });

  it('takes the mark that some programs begin with for none of the text', async () => {
    expect((await linesOf(text, 1000))[0]).toBe('a,b');
    expect((await linesOf(text, 2))[0]).toBe('a,b');
  });

  it('refuses what is not UTF-8', async () => {
    await expect(linesOf(Uint8Array.of(0x61, 0x0a, 0xe4, 0x2c, 0x0a, 0x62))).rejects.toThrow(NotUtf8Error);
    await expect(linesOf(Uint8Array.of(0x61, 0x0a, 0xc3))).rejects.toThrow(NotUtf8Error);
  });

  it('refuses a line that does not end', async () => {
    await expect(linesOf(`a\n${'x'.repeat(1001)}`, 10)).rejects.toThrow(LongLineError);
    expect(await linesOf(`a\n${'x'.repeat(999)}\nb`, 10)).toHaveLength(3);
  });
});
