// PostgreSQL refuses to run as root. Root therefore runs it as somebody else who may still enter folders that only root
// may enter: in a user namespace where root's files belong to an ordinary user, or as `nobody` with the one capability
// that passes folder permissions.
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { runCommand } from './command.mjs';
import { Problem } from './problem.mjs';

const NOBODY = 65534;

/**
 * @typedef {object} PostgresUser
 * @property {readonly string[]} prefix What goes before the command
 * @property {number | null} owner Who must own the data folder, null to leave it alone
 */

/** @type {readonly PostgresUser[]} */
const WAYS = [
  { prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'], owner: 0 },
  {
    prefix: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'].concat([
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      '--',
    ]),
    owner: NOBODY,
  },
];

/**
 * @param {string} program One of PostgreSQL's programs
 * @param {readonly PostgresUser[]} ways
 * @returns {Promise<PostgresUser>}
 */
export async function postgresUser(program, ways = WAYS) {
  if (process.getuid?.() !== 0) return { prefix: [], owner: null };
  for (const way of ways) {
    const [file = '', ...args] = [...way.prefix, program, '--version'];
    if ((await runCommand(file, args)).code === 0) return way;
  }
  throw new Problem(
    'PostgreSQL does not run as root, and this system lets root become nobody else (neither `unshare --user` nor `setpriv` works).\n' +
      'Start Trainyard as an ordinary user, or run a PostgreSQL of your own and set DATABASE_URL.',
  );
}

/** Hands a folder and all in it to a user. @param {string} path @param {number} owner */
export function giveTo(path, owner) {
  const entry = lstatSync(path);
  if (entry.uid !== owner || entry.gid !== owner) chownSync(path, owner, owner);
  if (entry.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), owner);
}
