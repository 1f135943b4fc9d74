/** What goes wrong in a repository: a missing row, a taken name, a write that comes too late. */
import { TrainyardError } from '@trainyard/contracts';
import { Prisma } from './client.js';

/** Names one attempt at a job or data set; each write of a worker carries it. */
export interface Fence {
  id: string;
  attempt: number;
}

/** The write of a worker that no longer holds the row: its attempt was ended, reclaimed or overtaken. */
export class StaleAttemptError extends Error {
  readonly code = 'stale_attempt';
  readonly fence: Fence;

  constructor(fence: Fence) {
    super(`Attempt ${fence.attempt} at ${fence.id} is over; nothing was written.`);
    this.name = 'StaleAttemptError';
    this.fence = { id: fence.id, attempt: fence.attempt };
  }
}

export function notFound(what: string, id: string): TrainyardError {
  return new TrainyardError(
    'not_found',
    `There is no ${what} "${id}" in this project. Check the id, or list what there is.`,
  );
}

/** Runs a write, and turns the violation of a unique index into `name_taken`. */
export async function refuseTakenName<T>(detail: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new TrainyardError('name_taken', detail, { cause: error });
    }
    throw error;
  }
}

/** What Prisma, its adapter, Postgres and the system call a database that cannot be reached, or has no room for more. */
const UNREACHABLE = [
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  // Disk full, out of memory, too many connections.
  '53100',
  '53200',
  '53300',
  // Ended by an administrator, after a crash, and while it starts or stops.
  '57P01',
  '57P02',
  '57P03',
];
const UNREACHABLE_KINDS = ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'];

/** What node-postgres says without a code. */
const UNREACHABLE_MESSAGES = [
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
];
const CAUSES_MAX = 8;

/** Whether an error says that Postgres cannot be reached at present, so that trying again later can help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && isRecord(cause); depth++) {
    if (UNREACHABLE.includes(String(cause.code)) || UNREACHABLE.includes(String(cause.originalCode))) return true;
    if (UNREACHABLE_KINDS.includes(String(cause.kind))) return true;
    if (UNREACHABLE_MESSAGES.includes(String(cause.message))) return true;
    cause = isRecord(cause.meta) && cause.meta.driverAdapterError ? cause.meta.driverAdapterError : cause.cause;
  }
  return false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
