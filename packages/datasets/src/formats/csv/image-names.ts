/** Finds the images of an archive by what a table calls them: a path, the end of one, with or without its extension. */

import type { Split } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { baseName } from '../../archive/entry-names.js';
import { isImageFile } from '../folder-layout.js';
import { splitOfPath } from '../split-names.js';

export class ImageNames {
  readonly #byName = new Map<string, ArchiveEntry[]>();
  readonly count: number;

  constructor(archive: Archive) {
    const images = archive.entries.filter((entry) => isImageFile(entry) && baseName(entry.path).includes('.'));
    this.count = images.length;
    for (const entry of images) {
      const name = baseName(entry.path);
      for (const key of new Set([name, withoutExtension(name)])) {
        const others = this.#byName.get(key);
        if (others) others.push(entry);
        else this.#byName.set(key, [entry]);
      }
    }
  }

  /** The image that is meant, where several are the one of the split; or why none is. */
  find(name: string, split: Split | null): ArchiveEntry | string {
    const path = asPath(name);
    const candidates = this.#byName.get(baseName(path)) ?? [];
    const exact = candidates.filter((entry) => agree(entry.path, path) || agree(withoutExtension(entry.path), path));
    const found = exact.length > 0 ? exact : candidates;
    const ofSplit = found.length > 1 ? found.filter((entry) => splitOfPath(entry.path) === split) : found;
    if (ofSplit.length === 1) return ofSplit[0];
    return found.length === 0 ? 'there is no such image in the archive' : 'several images of the archive are called so';
  }

  has(name: string): boolean {
    return this.#byName.has(baseName(asPath(name)));
  }
}

/** Names in tables may lead from another folder than the archive's, or through it from another machine's. */
function asPath(name: string): string {
  const parts = name.trim().normalize('NFC').replaceAll('\\', '/').split('/');
  return parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/');
}

/** Whether one path is the other, or the end of it. */
function agree(path: string, other: string): boolean {
  return path === other || path.endsWith(`/${other}`) || other.endsWith(`/${path}`);
}

function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') + 1 ? name.slice(0, dot) : name;
}
