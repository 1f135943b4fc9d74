// Finds packages that were changed after they had been built: programs, and tests of other packages, load what was built.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { workspaces } from './boundaries/workspace.mjs';

/** @param {string} root Of the repository @returns {string[]} Their folders: `packages/engine` */
export function changedPackages(root) {
  return workspaces(root)
    .map(({ folder }) => folder)
    .filter((folder) => isChanged(join(root, folder)));
}

/** Source maps hold the sources that the files were made of. @param {string} folder */
function isChanged(folder) {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) return true;
  const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js.map'));
  return maps.length === 0 || maps.some((name) => differs(join(dist, name), join(folder, 'src') + sep));
}

/** @param {string} map @param {string} ownSources */
function differs(map, ownSources) {
  /** @type {{ sources: string[], sourcesContent?: (string | null)[] }} */
  const { sources, sourcesContent } = JSON.parse(readFileSync(map, 'utf8'));
  return sources.some((source, index) => {
    const path = resolve(dirname(map), source);
    if (!path.startsWith(ownSources)) return false;
    if (!existsSync(path)) return true;
    // An entry that only hands on what others export is in no file that is written.
    const built = sourcesContent?.[index];
    return typeof built === 'string' && readFileSync(path, 'utf8') !== built;
  });
}
