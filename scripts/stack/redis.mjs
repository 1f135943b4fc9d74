// A Redis of our own: on the loopback interface, with a password, an append-only file, and no eviction, since what is
// queued must not be dropped.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './command.mjs';
import { STAGES } from './guard.mjs';
import { freePort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { endGroup, hasEnded } from './process-group.mjs';
import { fetchRedis } from './redis-debian.mjs';

const START_MS = 60_000;
const OLDEST_MAJOR = 6;

/**
 * @typedef {object} RedisOptions
 * @property {string} directory Made when absent: the data, the password and the log go there
 * @property {import('./guard.mjs').Guard} guard
 * @property {AbortSignal} signal
 * @property {(line: string) => void} report Told when something must be fetched first
 * @property {number} [port] Absent: any free one
 * @property {number} [databases] 16 by default
 */

/** @param {RedisOptions} options @returns {Promise<import('./postgres.mjs').Service>} */
export async function startRedis(options) {
  const { directory, signal } = options;
  const program = await findRedis(options);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const password = redisPassword(directory);

  for (let tries = 3; ; tries -= 1) {
    const port = options.port ?? (await freePort());
    const child = launch(program, port, password, options);
    const stop = async () => {
      if (child.pid !== undefined && !hasEnded(child)) await endGroup({ pid: child.pid, signal: 'SIGTERM' });
    };
    const failure = await untilReady(child, port, password, signal);
    if (failure !== null || signal.aborted) await stop();
    signal.throwIfAborted();
    if (failure === null) return { url: `redis://:${password}@127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
    const log = readFileSync(join(directory, 'redis.log'), 'utf8').trim().split('\n').slice(-8).join('\n');
    if (/Address already in use/i.test(log) && options.port === undefined && tries > 0) continue;
    throw new Problem(`Redis did not start (${failure}). The end of its log, ${join(directory, 'redis.log')}:\n${log}`);
  }
}

/** @param {RedisOptions} options @returns {Promise<import('./redis-debian.mjs').RedisProgram>} */
async function findRedis(options) {
  for (const file of ['redis-server', 'valkey-server']) {
    const { code, output } = await runCommand(file, ['--version'], { signal: options.signal });
    const major = Number(/v=(\d+)/.exec(output)?.[1]);
    if (code === 0 && major >= OLDEST_MAJOR) return { file, env: process.env };
  }
  const fetched = await fetchRedis(options);
  if ('program' in fetched) return fetched.program;
  throw new Problem(
    `Trainyard needs Redis ${OLDEST_MAJOR} or later, found neither redis-server nor valkey-server, and could fetch none: ${fetched.reason}.\n` +
      'Install one (macOS: `brew install redis`; Debian and Ubuntu: `apt-get install redis-server`),\n' +
      'or set REDIS_URL to one that runs, for example REDIS_URL=redis://127.0.0.1:6379',
  );
}

/** @param {string} directory @returns {string} */
function redisPassword(directory) {
  const file = join(directory, 'password');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * @param {import('./redis-debian.mjs').RedisProgram} program
 * @param {number} port
 * @param {string} password
 * @param {RedisOptions} options
 */
function launch(program, port, password, { directory, guard, databases = 16 }) {
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    `databases ${databases}`,
    'daemonize no',
  ];
  const log = openSync(join(directory, 'redis.log'), 'w', 0o600);
  // `-` reads the settings from stdin, so the password is neither in a file more nor among the arguments.
  const child = spawn(program.file, ['-'], {
    cwd: directory,
    env: program.env,
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(`${settings.join('\n')}\n`);
  guard.watch(child, 'SIGTERM', STAGES.server);
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} port
 * @param {string} password
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} What went wrong, null when it answers
 */
async function untilReady(child, port, password, signal) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && !signal.aborted) {
    if (child.pid === undefined || hasEnded(child)) return 'it ended at once';
    if (await answers(port, password)) return null;
    await sleep(20);
  }
  return 'it was not ready in time';
}

/** @param {number} port @param {string} password @returns {Promise<boolean>} */
function answers(port, password) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let reply = '';
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\nQUIT\r\n`));
    socket.on('data', (chunk) => {
      reply += chunk.toString();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(reply.includes('+PONG')));
  });
}
