/** The life of a server process: starts, says that it is ready, and stops when it is told to or its parent is gone. */
import process from 'node:process';
import type { FastifyInstance } from 'fastify';

/** A server that listens. */
export interface RunningServer {
  app: FastifyInstance;
  /** Lets go of what the server used, once it has closed. */
  release: () => Promise<void>;
  /** More for the ready message to whoever forked this process; without one it goes to the log. */
  announcement?: Readonly<Record<string, unknown>>;
}

export interface ServerProcess {
  /** "The API", for messages. */
  title: string;
  /** The variable that sets its port. */
  portVariable: string;
  start: () => Promise<RunningServer>;
}

/** What is still being answered after this is cut off; where even that does not help, the process ends. */
const CUT_MS = 8_000;
const END_MS = 9_500;

export async function serveProcess({ title, portVariable, start }: ServerProcess): Promise<void> {
  const mayEnd = endWithParent();
  try {
    const server = await start();
    mayEnd();
    stopOnRequest(server);
    announce(server);
  } catch (error) {
    process.stderr.write(`${startFailure(title, portVariable, error)}\n`);
    process.exit(1);
  }
}

/** Until the server runs there is nothing to finish. The parent may even have gone while this process was loading. */
function endWithParent(): () => void {
  const end = () => process.exit(1);
  process.on('disconnect', end);
  if (process.connected === false) end();
  return () => process.off('disconnect', end);
}

function announce({ app, announcement = {} }: RunningServer): void {
  const address = app.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  app.log.info({ port, ...(process.send ? {} : announcement) }, 'ready');
  process.send?.({ type: 'ready', port, ...announcement });
}

function stopOnRequest({ app, release }: RunningServer): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    app.log.info({ reason }, 'stopping');
    setTimeout(() => app.server.closeAllConnections(), CUT_MS).unref();
    setTimeout(() => process.exit(1), END_MS).unref();
    await app.close();
    await release();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  // Whoever forked this process is gone, so nobody would stop it later.
  process.on('disconnect', () => void stop('disconnect'));
}

/** What is wrong with the configuration or the port is for people; of anything else the log wants all there is. */
function startFailure(title: string, portVariable: string, error: unknown): string {
  if (!(error instanceof Error)) return `${title} cannot start: ${error}`;
  if (error.name === 'ConfigError') return error.message;
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `${title} cannot start: ${error.message}. Stop what uses the port, or set ${portVariable}.`;
  }
  return `${title} cannot start: ${error.stack}`;
}
