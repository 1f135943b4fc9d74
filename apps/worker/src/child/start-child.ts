/** Starts a child process and keeps from its first moment on what has to be known of it at its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from '@trainyard/config';
import { collectTail } from './stderr-tail.js';

/**
 * A child lives for seconds or minutes, and most of its time is spent in native code. So V8 gets one thread beside the main one for
 * its compiler and garbage collector: four of them take more of the processors to collect a small heap than one.
 */
const V8_OPTIONS = ['--v8-pool-size=1', ...lateOptimization(process.versions.v8)];

/**
 * Has V8 optimise a function only once that has run some seven times as long as by default: what is hot in a training still is, the
 * rest of what a start runs is not worth the compiler's time. Node refuses to start with an option that its V8 does not know, and from
 * version 12 on (Node 22) it knows this one no more.
 */
export function lateOptimization(v8: string): string[] {
  return Number.parseInt(v8, 10) < 12 ? ['--interrupt-budget=1000000'] : [];
}

export interface ChildCommand {
  /** The module that the child runs. */
  script: URL;
  /** What it finds in `process.argv` behind its own name. */
  args?: string[];
  /** Options of V8 beside those that every child gets. */
  v8Options?: readonly string[];
  /** How many threads it has for work that Node hands to native code; Node's own default is 4 whatever the machine. */
  poolThreads?: number;
}

export interface StartedChild {
  process: ChildProcess;
  /** Its exit code and signal, one of which is null. Rejected where the process could not be started. */
  exited: Promise<unknown[]>;
  /** The end of what it has written to its standard error so far. */
  stderr: () => string;
}

export function startChild({ script, args = [], v8Options = [], poolThreads }: ChildCommand): StartedChild {
  const child = fork(script, args, {
    env: environmentOf(poolThreads),
    execArgv: [...process.execArgv, ...V8_OPTIONS, ...v8Options],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit');
  // Whoever waits for it hears of an error; a child that nobody has taken yet may end unheard.
  exited.catch(() => {});
  return { process: child, exited, stderr: collectTail(child.stderr) };
}

/** Node reads the size of its pool at the start of a process; what the operator set comes first. */
function environmentOf(poolThreads?: number) {
  return { ...(poolThreads && { UV_THREADPOOL_SIZE: String(poolThreads) }), ...childEnvironment() };
}
