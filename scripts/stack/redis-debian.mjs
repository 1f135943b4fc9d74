// Fetches a Redis server from the Debian or Ubuntu archive that this system is set up with, without root and without
// installing anything: the packages are unpacked into a cache folder.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/trainyard', import.meta.url));

/**
 * @typedef {object} RedisProgram
 * @property {string} file
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * @param {{ signal: AbortSignal, guard: import('./guard.mjs').Guard, report: (line: string) => void }} options
 * @returns {Promise<{ program: RedisProgram } | { reason: string }>}
 */
export async function fetchRedis(options) {
  const folder = join(CACHE, 'redis');
  if (!existsSync(folder)) {
    if (!existsSync('/etc/debian_version')) return { reason: 'this is not a Debian or Ubuntu system' };
    const reason = await unpack(folder, options);
    if (reason !== null) return { reason };
  }
  const program = programIn(folder);
  const { code, output } = await runCommand(program.file, ['--version'], { env: program.env, signal: options.signal });
  return code === 0 ? { program } : { reason: `the fetched Redis does not run here: ${output.trim()}` };
}

/**
 * @param {string} folder
 * @param {Parameters<typeof fetchRedis>[0]} options
 * @returns {Promise<string | null>} Why it failed, null when it is there
 */
async function unpack(folder, { signal, guard, report }) {
  report('fetching Redis from the system’s package archive');
  const work = join(CACHE, `redis-${process.pid}`);
  try {
    for (const part of ['lists/partial', 'archives/partial', 'root']) mkdirSync(join(work, part), { recursive: true });
    const apt = aptSettings(work);
    const steps = [
      ['apt-get', ...apt, 'update'],
      // Names what is missing here and fetches that alone, as an installation would.
      ['apt-get', ...apt, 'install', '--download-only', '--yes', '--no-install-recommends', 'redis-server'],
    ];
    for (const [file = '', ...args] of steps) {
      const { code, output } = await runCommand(file, args, { signal, guard });
      if (code !== 0) return `\`${file} ${args.slice(apt.length).join(' ')}\` failed: ${lastLine(output)}`;
    }
    const archives = join(work, 'archives');
    for (const name of readdirSync(archives).filter((entry) => entry.endsWith('.deb'))) {
      const { code, output } = await runCommand('dpkg-deb', ['-x', join(archives, name), join(work, 'root')], {
        signal,
      });
      if (code !== 0) return `dpkg-deb failed: ${lastLine(output)}`;
    }
    // Another start may have been quicker; then its copy serves.
    if (!existsSync(folder)) renameSync(join(work, 'root'), folder);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All that apt writes goes below `work`; only the list of installed packages is the system's. @param {string} work */
function aptSettings(work) {
  const settings = {
    'Dir::State': work,
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': work,
    'Dir::Cache::archives': join(work, 'archives'),
    'Dir::Log': work,
    'Debug::NoLocking': '1',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    // As root apt would fetch as `_apt`, who may not enter a private folder.
    'APT::Sandbox::User': 'root',
  };
  return ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

/** @param {string} folder @returns {RedisProgram} */
function programIn(folder) {
  const libraries = new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.so(\.|$)/.test(name))
      .map((name) => join(folder, dirname(name))),
  );
  return {
    file: join(folder, 'usr/bin/redis-server'),
    env: { ...process.env, LD_LIBRARY_PATH: [...libraries].join(':') },
  };
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}
