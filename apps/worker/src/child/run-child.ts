/** The worker's end of the line to a child process: starts it, gives it one task, deals with its reports, ends it. */

import type { ChildProcess } from 'node:child_process';
import {
  type ChildEnding,
  type ChildOrder,
  type ChildProtocol,
  type ErrorRecord,
  STOP_ORDERS,
  type StopOrder,
  TrainyardError,
} from '@trainyard/contracts';
import { type ChildCommand, type StartedChild, startChild } from './start-child.js';

export interface ChildOptions<Task, Report> {
  /** What is to be run, or a process that runs it and has no task yet. */
  child: ChildCommand | StartedChild;
  protocol: ChildProtocol<Task, Report>;
  task: Task;
  /** Deals with one report; the next one waits. If it throws, the child is killed and the error is passed on. */
  onReport: (report: Report) => Promise<void>;
  /**
   * Aborting it asks the child to stop, and kills it when it has not ended after a grace. The reason may be a
   * `StopOrder`; any other is `abandon`.
   */
  stop: AbortSignal;
  /** Aborting it kills the child at once. */
  kill?: AbortSignal;
  /** How long it has to hand over, in milliseconds; 20 s by default. */
  handOverMs?: number;
}

/** How a child ended: its task done, stopped as it was told, with an error of its own, or without a word. */
export type ChildOutcome =
  | { type: 'done' }
  | { type: 'stopped' }
  | { type: 'failed'; error: ErrorRecord; stderr: string }
  | { type: 'crashed'; exit: string; stderr: string };

const ABANDON_MS = 3000;
const HAND_OVER_MS = 20_000;

/** How long a child has to end; one that keeps what it trained still has to test it, and is killed by `kill` alone. */
function graceMs(how: StopOrder, handOverMs: number): number | null {
  if (how === 'keep') return null;
  return how === 'abandon' ? ABANDON_MS : handOverMs;
}

/** Runs a child until its process is gone; none is left behind, however this ends. */
export async function runChild<Task, Report extends { type: string }>(
  options: ChildOptions<Task, Report>,
): Promise<ChildOutcome> {
  const { process: child, exited, stderr } = 'exited' in options.child ? options.child : startChild(options.child);
  const reports = dealWithReports(child, options);
  const forget = obeySignals(child, options);
  try {
    tell(child, { type: 'start', task: options.task });
    const [code, signal] = await exited;
    const ending = await reports.ending();
    if (ending?.type === 'failed') return { type: 'failed', error: ending.error, stderr: stderr() };
    if (ending) return { type: 'stopped' };
    if (code === 0) return { type: 'done' };
    if (options.stop.aborted) return { type: 'stopped' };
    return { type: 'crashed', exit: signal === null ? `exit code ${code}` : `signal ${signal}`, stderr: stderr() };
  } finally {
    forget();
    child.kill('SIGKILL');
  }
}

/** Reports are dealt with one after the other; an acknowledgement makes room for the next. */
function dealWithReports<Task, Report extends { type: string }>(
  child: ChildProcess,
  { protocol, onReport }: ChildOptions<Task, Report>,
) {
  let ending: ChildEnding | null = null;
  let failure: { error: unknown } | null = null;
  let dealt = Promise.resolve();

  async function deal(received: unknown): Promise<void> {
    if (failure) return;
    const message = protocol.parseMessage(received);
    if (!message) throw new TrainyardError('internal', 'A child process sent a message that is not in its protocol.');
    if (isEnding(message.body)) ending = message.body;
    else await onReport(message.body);
    tell(child, { type: 'acknowledge', seq: message.seq });
  }

  child.on('message', (received) => {
    dealt = dealt
      .then(() => deal(received))
      .catch((error) => {
        failure ??= { error };
        child.kill('SIGKILL');
      });
  });
  return {
    /** The child's last word, once all that it sent has been dealt with. Throws what `onReport` threw. */
    async ending(): Promise<ChildEnding | null> {
      await dealt;
      if (failure) throw failure.error;
      return ending;
    },
  };
}

function obeySignals(
  child: ChildProcess,
  { stop, kill, handOverMs = HAND_OVER_MS }: Pick<ChildOptions<never, never>, 'stop' | 'kill' | 'handOverMs'>,
) {
  let grace: NodeJS.Timeout | undefined;
  const onKill = () => void child.kill('SIGKILL');
  const onStop = () => {
    const how = STOP_ORDERS.find((order) => order === stop.reason) ?? 'abandon';
    tell(child, { type: 'stop', how });
    const ms = graceMs(how, handOverMs);
    if (ms !== null) grace = setTimeout(onKill, ms);
  };
  stop.addEventListener('abort', onStop);
  kill?.addEventListener('abort', onKill);
  if (stop.aborted) onStop();
  if (kill?.aborted) onKill();
  return () => {
    clearTimeout(grace);
    stop.removeEventListener('abort', onStop);
    kill?.removeEventListener('abort', onKill);
  };
}

/** A child that is gone does not hear it; that it is gone is noticed elsewhere. */
function tell(child: ChildProcess, order: ChildOrder<unknown>): void {
  child.send(order, () => {});
}

function isEnding(body: { type: string }): body is ChildEnding {
  return body.type === 'stopped' || body.type === 'failed';
}
