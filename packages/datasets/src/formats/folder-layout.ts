/** Finds classes and splits in the paths of an archive: `class/…/image`, `train/class/…/image`, or either in a folder. */
import { type SkippedFile, type Split, TrainyardError } from '@trainyard/contracts';
import type { ArchiveEntry } from '../archive/archive.js';
import { baseName, printable } from '../archive/entry-names.js';
import { splitOfWord } from './split-names.js';

/** Extensions of images, also of those that cannot be read here: they are to be reported, not passed over. */
const IMAGE_EXTENSIONS = new Set(
  'jpg jpeg jpe jfif png webp gif tif tiff avif bmp heic heif jp2 jxl svg ppm pgm ico'.split(' '),
);

export interface ClassifiedFile {
  entry: ArchiveEntry;
  className: string;
  split: Split | null;
}

export interface FolderLayout {
  files: ClassifiedFile[];
  /** Sorted; with the classes whose folders are empty. */
  classes: string[];
  skipped: SkippedFile[];
}

/** Whether an entry is to be read as an image. A name without an extension may be one. */
export function isImageFile(entry: ArchiveEntry): boolean {
  const name = baseName(entry.path);
  const dot = name.lastIndexOf('.');
  return !entry.isFolder && (dot < 0 || IMAGE_EXTENSIONS.has(name.slice(dot + 1).toLowerCase()));
}

/** Throws `invalid_dataset` where no image lies in a class folder, or a class cannot be called what its folder is. */
export function readFolderLayout(entries: readonly ArchiveEntry[]): FolderLayout {
  const images = entries.filter(isImageFile);
  if (images.length === 0) throw new TrainyardError('invalid_dataset', 'The archive holds no image.');
  const emptyFolders = findEmptyFolders(entries);
  const root = wrappingFolder([...images.map(({ path }) => path), ...emptyFolders.map((path) => `${path}/`)]);
  const hasSplits = images.some(({ path }) => liesInTrainFolder(namesBelow(root, path)));

  const files: ClassifiedFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const entry of entries) {
    if (entry.isFolder) continue;
    const file = printable(entry.path);
    if (!isImageFile(entry)) {
      skipped.push({ file, reason: 'it is not an image', code: 'not_an_image' });
      continue;
    }
    const place = placeOf(folderOf(namesBelow(root, entry.path)), hasSplits);
    if (typeof place === 'string') skipped.push({ file, reason: place, code: 'no_class_folder' });
    else files.push({ entry, ...place });
  }
  if (files.length === 0) throw noClassFolder(hasSplits);
  const emptyClasses = emptyFolders
    .map((path) => placeOf(namesBelow(root, path), hasSplits))
    .filter((place) => typeof place !== 'string');
  const classes = [...new Set([...files, ...emptyClasses].map(({ className }) => className))].sort();
  checkClassNames(classes);
  return { files, classes, skipped };
}

/** Folders, as the archive lists them, in and below which there is no file. */
function findEmptyFolders(entries: readonly ArchiveEntry[]): string[] {
  const occupied = new Set<string>();
  for (const { path, isFolder } of entries) {
    if (isFolder) continue;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (occupied.has(folder)) break;
      occupied.add(folder);
    }
  }
  return entries.filter(({ path, isFolder }) => isFolder && !occupied.has(path)).map(({ path }) => path);
}

/**
 * The folder, or folders one in the other, in which all class folders lie, with its closing slash; '' if there is none.
 * A folder of images alone is a class and no wrapping.
 */
function wrappingFolder(paths: readonly string[]): string {
  let root = '';
  for (;;) {
    const inFolders = paths.map((path) => namesBelow(root, path)).filter((names) => names && names.length > 1);
    const top = inFolders[0]?.[0];
    const isWrapping =
      top !== undefined &&
      splitOfWord(top.toLowerCase()) !== 'train' &&
      inFolders.every((names) => names?.[0] === top) &&
      inFolders.some((names) => names && names.length > 2);
    if (!isWrapping) return root;
    root += `${top}/`;
  }
}

/** The parts of a path below a folder; null where it lies elsewhere. */
function namesBelow(root: string, path: string): string[] | null {
  return path.startsWith(root) ? path.slice(root.length).split('/') : null;
}

function folderOf(names: readonly string[] | null): string[] | null {
  return names === null ? null : names.slice(0, -1);
}

/** `train/<class>/image`: only then do the folders mean splits. `train/image` is a class that is called so. */
function liesInTrainFolder(names: readonly string[] | null): boolean {
  return names !== null && names.length > 2 && splitOfWord(names[0].toLowerCase()) === 'train';
}

/** The class and split of what lies in a folder, or why it has none. */
function placeOf(
  folders: readonly string[] | null,
  hasSplits: boolean,
): { className: string; split: Split | null } | string {
  if (!folders || folders.length === 0) return 'it lies in no class folder';
  if (!hasSplits) return { className: folders[0], split: null };
  const split = splitOfWord(folders[0].toLowerCase());
  if (!split) return 'it lies beside train/, val/ and test/, in none of them';
  if (folders.length === 1) return `it lies in ${printable(folders[0])}/ but in no class folder there`;
  return { className: folders[1], split };
}

function noClassFolder(hasSplits: boolean): TrainyardError {
  const layout = hasSplits ? 'train/<class>/<image>' : '<class>/<image>';
  return new TrainyardError('invalid_dataset', `No image lies in a class folder. Expected names like ${layout}.`);
}

function checkClassNames(classes: readonly string[]): void {
  const bad = classes.find((name) => printable(name) !== name);
  if (bad === undefined) return;
  const detail = `The class folder "${printable(bad)}" has a control character in its name. Rename it.`;
  throw new TrainyardError('invalid_dataset', detail);
}
