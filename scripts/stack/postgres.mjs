// The embedded PostgreSQL: one folder, one server on the loopback interface, password authentication.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './command.mjs';
import { commandLineOf } from './command-line.mjs';
import { STAGES } from './guard.mjs';
import { freePort } from './ports.mjs';
import { postgresBinaries } from './postgres-binaries.mjs';
import { giveTo, postgresUser } from './postgres-user.mjs';
import { Problem } from './problem.mjs';
import { endGroup, hasEnded } from './process-group.mjs';

const START_MS = 60_000;
const USER = 'trainyard';
const DATABASE = 'trainyard';

/**
 * @typedef {object} PostgresOptions
 * @property {string} directory Made when absent: the cluster, the password and the log go there
 * @property {import('./guard.mjs').Guard} guard
 * @property {AbortSignal} signal
 * @property {number} [port] Absent: any free one
 * @property {boolean} [durable] false gives up safety at a power cut for speed; for tests
 *
 * @typedef {object} Service
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/** @param {PostgresOptions} options @returns {Promise<Service>} */
export async function startPostgres(options) {
  const { directory, signal } = options;
  const programs = postgresBinaries();
  const user = await postgresUser(programs.postgres);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const cluster = join(directory, 'cluster');
  const password = clusterPassword(directory);
  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(programs.initdb, user, cluster, options);
  if (user.owner !== null) giveTo(cluster, user.owner);
  await endOrphan(cluster);

  for (let tries = 3; ; tries -= 1) {
    const port = options.port ?? (await freePort());
    const child = launch(programs.postgres, user, cluster, port, options);
    const stop = async () => {
      if (child.pid !== undefined && !hasEnded(child)) await endGroup({ pid: child.pid, signal: 'SIGINT' });
    };
    const failure = await untilReady(child, cluster, signal);
    if (signal.aborted) await stop();
    signal.throwIfAborted();
    if (failure === null) {
      const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
      await ensureDatabase(url);
      return { url, pid: child.pid ?? 0, stop };
    }
    await stop();
    const log = readFileSync(join(directory, 'postgres.log'), 'utf8').trim().split('\n').slice(-8).join('\n');
    const taken = /could not bind|Address already in use/i.test(log);
    if (taken && options.port === undefined && tries > 0) continue;
    throw new Problem(
      taken
        ? `The port ${port} for PostgreSQL is already in use.`
        : `PostgreSQL did not start (${failure}). The end of its log, ${join(directory, 'postgres.log')}:\n${log}`,
    );
  }
}

/** @param {string} directory @returns {string} The password of the cluster, made at the first start */
function clusterPassword(directory) {
  const file = join(directory, 'password');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * Makes the cluster beside its place and moves it there, so that an interrupted start leaves none half made.
 * @param {string} initdb
 * @param {import('./postgres-user.mjs').PostgresUser} user
 * @param {string} cluster
 * @param {PostgresOptions} options
 */
async function initialise(initdb, user, cluster, { directory, signal, guard }) {
  const unfinished = `${cluster}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (user.owner !== null) {
    giveTo(unfinished, user.owner);
    giveTo(join(directory, 'password'), user.owner);
  }
  const [file = '', ...args] = [
    ...user.prefix,
    initdb,
    ...['-D', unfinished, '-U', USER, '-A', 'scram-sha-256', '--pwfile', join(directory, 'password')],
    ...['-E', 'UTF8', '--locale=C', '--no-sync'],
  ];
  const { code, output } = await runCommand(file, args, { env: cEnvironment(), signal, guard });
  if (code === 0) return renameSync(unfinished, cluster);
  rmSync(unfinished, { recursive: true, force: true });
  throw new Problem(`PostgreSQL could not make its data folder ${cluster}:\n${output.trim()}`);
}

/**
 * @param {string} postgres
 * @param {import('./postgres-user.mjs').PostgresUser} user
 * @param {string} cluster
 * @param {number} port
 * @param {PostgresOptions} options
 */
function launch(postgres, user, cluster, port, { directory, guard, durable = true }) {
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'max_connections=200'];
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const [file = '', ...args] = [...user.prefix, postgres, '-D', cluster, ...settings.flatMap((value) => ['-c', value])];
  const log = openSync(join(directory, 'postgres.log'), 'w', 0o600);
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env: cEnvironment() });
  closeSync(log);
  child.on('error', () => {});
  guard.watch(child, 'SIGINT', STAGES.server);
  return child;
}

/** Messages in English, whatever the system speaks. */
function cEnvironment() {
  return { ...process.env, LC_ALL: 'C' };
}

/**
 * Waits until the server's own pid file says `ready`, as pg_ctl does.
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} cluster
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} What went wrong, null when it is ready
 */
async function untilReady(child, cluster, signal) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && !signal.aborted) {
    if (child.pid === undefined || hasEnded(child)) return 'it ended at once';
    const lines = pidFile(cluster);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return null;
    await sleep(20);
  }
  return 'it was not ready in time';
}

/** @param {string} cluster @returns {string[]} */
function pidFile(cluster) {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * After an unclean end the pid file may name a server that still runs on this folder, or a pid that by now is another
 * program's. PostgreSQL would refuse to start in both cases. The folder is ours: whoever calls holds its lock.
 * @param {string} cluster
 */
async function endOrphan(cluster) {
  const pid = Number(pidFile(cluster)[0]);
  const command = await commandLineOf(pid);
  if (command === null) return;
  if (/\bpostgres\b/.test(command) && command.includes(cluster)) await endGroup({ pid, signal: 'SIGINT' });
  else rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

/** @param {string} url */
async function ensureDatabase(url) {
  const { Client } = await import('pg').then((module) => module.default);
  const client = new Client({ connectionString: url.replace(/[^/]+$/, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
