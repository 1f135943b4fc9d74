// Runs the built programs as processes of their own, as `npm start` does.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atEnd } from './cleanup.js';
import type { TestEnvironment } from './environment.js';

const READY_MS = 90_000;
const STOP_MS = 15_000;

/** A program that has said that it is ready. It is stopped when the test file ends. */
export interface Program {
  readonly process: ChildProcess;
  /** The port in its ready message. */
  readonly port: number | undefined;
  /** Its whole ready message. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Everything that it has printed so far: JSON lines. */
  log(): string;
  /** Ends it with SIGTERM and answers its exit code; SIGKILL and an error when it takes longer than 15 s. */
  stop(): Promise<number | null>;
}

export const startApi = (environment: TestEnvironment): Promise<Program> => startProgram('api', environment);
export const startWorker = (environment: TestEnvironment): Promise<Program> => startProgram('worker', environment);
export const startInference = (environment: TestEnvironment): Promise<Program> =>
  startProgram('inference', environment);

async function startProgram(app: string, environment: TestEnvironment): Promise<Program> {
  const main = fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
  if (!existsSync(main)) throw new Error(`${app} is not built: run \`npm run build\` first.`);
  const child = fork(main, [], { env: { ...process.env, ...environment }, execArgv: [], silent: true });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const stop = () => stopChild(child, app, () => log);
  atEnd(stop);
  const ready = await untilReady(child, app, () => log);
  return {
    process: child,
    ready,
    port: typeof ready.port === 'number' ? ready.port : undefined,
    log: () => log,
    stop,
  };
}

function untilReady(child: ChildProcess, app: string, log: () => string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`${app} ${reason}. It printed:\n${log()}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${READY_MS / 1000} s`), READY_MS);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => fail(`ended before it was ready (${signal ?? code})`));
    child.on('message', (message) => {
      if (!isReady(message)) return;
      clearTimeout(timer);
      child.removeAllListeners('close');
      resolve(message);
    });
  });
}

function isReady(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}

async function stopChild(child: ChildProcess, app: string, log: () => string): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL')
    throw new Error(`${app} did not end within ${STOP_MS / 1000} s. It printed:\n${log()}`);
  return child.exitCode;
}
