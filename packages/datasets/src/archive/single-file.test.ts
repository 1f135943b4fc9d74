import { describe, expect, it } from 'vitest';
import { singleFileName } from './single-file.js';

const nameOf = (text: string) => singleFileName(Buffer.from(text));

describe('a file that is uploaded by itself', () => {
  it.each(['label,1x1,1x2\n5,0,0', '7,0,0', '\ufefffile;label\n', 'a\tb', '"a, b",c'])('is a table: %j', (text) => {
    expect(nameOf(text)).toBe('upload.csv');
  });

  it('is a Parquet file by its first letters', () => {
    expect(nameOf('PAR1\u0000\u0001')).toBe('upload.parquet');
  });

  it.each(['', 'no archive', 'one line\nand, another', '{"a": 1, "b": 2}', '[1,2]', '<a b="c,d">', 'PK\u0003\u0004,'])(
    'is none: %j',
    (text) => {
      expect(nameOf(text)).toBeNull();
    },
  );
});
