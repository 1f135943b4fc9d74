// The packages and source files of the repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Workspace
 * @property {string} name Without the scope: `engine`
 * @property {string} folder Relative to the root: `packages/engine`
 * @property {string[]} dependencies Names in its package.json
 */

/** @param {string} root @returns {Workspace[]} */
export function workspaces(root) {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(parent, name))
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => readWorkspace(root, folder)),
  );
}

/** @param {string} root @param {string} folder @returns {Workspace} */
function readWorkspace(root, folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return {
    name: manifest.name.replace('@trainyard/', ''),
    folder,
    dependencies: Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    }),
  };
}

/** @param {string} root @param {string} folder @returns {string[]} Paths relative to the root */
export function sourceFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mts|mjs)$/.test(name) && !/(^|\/)(generated|dist|node_modules)\//.test(name))
    .map((name) => join(folder, name));
}
