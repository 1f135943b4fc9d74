import { describe, expect, it } from 'vitest';
import type { ArchiveEntry } from '../archive/archive.js';
import { readFolderLayout } from './folder-layout.js';

/** Paths to entries; a closing slash makes a folder. */
function entries(paths: readonly string[]): ArchiveEntry[] {
  return paths.map((path) => ({ path: path.replace(/\/$/, ''), isFolder: path.endsWith('/'), bytes: 1, position: 0 }));
}

/** `split:class` of each file that is used. */
function places(paths: readonly string[]): Record<string, string> {
  const { files } = readFolderLayout(entries(paths));
  return Object.fromEntries(files.map(({ entry, split, className }) => [entry.path, `${split ?? '-'}:${className}`]));
}

describe('the layout of an image folder', () => {
  it('takes the first folder for the class, however deep the image lies', () => {
    expect(places(['cat/1.jpg', 'dog/2.png', 'dog/more/3.webp'])).toEqual({
      'cat/1.jpg': '-:cat',
      'dog/2.png': '-:dog',
      'dog/more/3.webp': '-:dog',
    });
  });

  it('keeps train, val and test, in the names that people give them', () => {
    expect(places(['train/a/1.jpg', 'Training/b/1.jpg', 'valid/a/2.jpg', 'VAL/b/3.jpg', 'test/a/4.jpg'])).toEqual({
      'train/a/1.jpg': 'train:a',
      'Training/b/1.jpg': 'train:b',
      'valid/a/2.jpg': 'validation:a',
      'VAL/b/3.jpg': 'validation:b',
      'test/a/4.jpg': 'test:a',
    });
  });

  it.each([
    ['one folder', ['w/cat/1.jpg', 'w/dog/2.jpg'], '-:cat'],
    ['two folders', ['v/w/cat/1.jpg', 'v/w/dog/2.jpg'], '-:cat'],
    ['a folder with splits', ['w/train/cat/1.jpg', 'w/test/cat/2.jpg'], 'train:cat'],
    ['a folder and a stray image beside it', ['w/cat/1.jpg', 'w/dog/2.jpg', 'x.jpg'], '-:cat'],
    ['a folder that is listed', ['w/', 'w/cat/', 'w/cat/1.jpg', 'w/dog/2.jpg'], '-:cat'],
  ])('looks into %s that wraps everything', (_, paths, expected) => {
    expect(Object.values(places(paths))[0]).toBe(expected);
  });

  it('does not take a class for a wrapping folder', () => {
    expect(places(['cat/1.jpg', 'cat/2.jpg'])).toEqual({ 'cat/1.jpg': '-:cat', 'cat/2.jpg': '-:cat' });
  });

  it('takes a class that is called train for a class', () => {
    expect(places(['train/1.jpg', 'car/2.jpg'])).toEqual({ 'train/1.jpg': '-:train', 'car/2.jpg': '-:car' });
  });

  it('lists the empty class folders among the classes', () => {
    expect(readFolderLayout(entries(['cat/', 'cat/1.jpg', 'dog/', 'ape/1.jpg'])).classes).toEqual([
      'ape',
      'cat',
      'dog',
    ]);
    expect(readFolderLayout(entries(['train/cat/1.jpg', 'train/dog/'])).classes).toEqual(['cat', 'dog']);
    expect(readFolderLayout(entries(['w/cat/1.jpg', 'w/dog/sub/'])).classes).toEqual(['cat', 'dog']);
  });

  it('says of each file that is not used why', () => {
    const { skipped } = readFolderLayout(entries(['top.jpg', 'cat/1.jpg', 'dog/1.jpg', 'cat/notes.txt', 'labels.csv']));
    expect(skipped).toEqual([
      { file: 'top.jpg', reason: 'it lies in no class folder', code: 'no_class_folder' },
      { file: 'cat/notes.txt', reason: 'it is not an image', code: 'not_an_image' },
      { file: 'labels.csv', reason: 'it is not an image', code: 'not_an_image' },
    ]);
    const besideSplits = readFolderLayout(entries(['train/a/1.jpg', 'extra/a/1.jpg', 'train/1.jpg'])).skipped;
    expect(besideSplits.map(({ file }) => file)).toEqual(['extra/a/1.jpg', 'train/1.jpg']);
  });

  it('takes a name without an extension, or with one that cannot be decoded, for an image', () => {
    expect(Object.keys(places(['a/0001', 'b/x.heic', 'b/y.BMP']))).toHaveLength(3);
  });

  it('refuses an archive without an image, and one without a class folder', () => {
    expect(() => readFolderLayout(entries(['a/readme.txt', 'b/']))).toThrow(/no image/);
    expect(() => readFolderLayout(entries(['1.jpg', '2.jpg']))).toThrow(/in a class folder/);
    expect(() => readFolderLayout(entries(['a\u0000b/1.jpg', 'c/1.jpg']))).toThrow(/control character/);
  });
});
