/** Sends one signed message to a receiver, without following redirects, and reads the beginning of its answer. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { hostOf } from './receiver-url.js';
import { AddressRefusedError, pinned, type Resolve, resolveReceiver } from './resolve-receiver.js';
import { signatureOf } from './signature.js';

export interface Message {
  id: string;
  url: string;
  secret: string;
  payload: string;
}

export interface SendOptions {
  allowPrivate: boolean;
  /** For the whole exchange. */
  timeoutMs: number;
  resolve: Resolve;
  /** Ends the exchange early. */
  signal: AbortSignal;
}

export interface Answer {
  status: number | null;
  body: string | null;
  /** Why there is no answer. */
  error: string | null;
  /** The receiver is at an address that nothing is sent to. */
  refused: boolean;
}

const BODY_BYTES_MAX = 1_024;

/** Never throws: what goes wrong is in `error`. */
export async function sendMessage(message: Message, options: SendOptions): Promise<Answer> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([timeout, options.signal]);
  try {
    return await Promise.race([exchange(message, options, signal), whenAborted(signal)]);
  } catch (error) {
    const refused = error instanceof AddressRefusedError;
    const reason = timeout.aborted ? `No answer within ${options.timeoutMs / 1000} s.` : reasonOf(error);
    return { status: null, body: null, error: reason, refused };
  }
}

async function exchange(message: Message, options: SendOptions, signal: AbortSignal): Promise<Answer> {
  const url = new URL(message.url);
  const addresses = await resolveReceiver(hostOf(url), options.allowPrivate, options.resolve);
  signal.throwIfAborted();
  const response = await post(url, message, { lookup: pinned(addresses), signal });
  const body = await beginningOf(response);
  return { status: response.statusCode ?? null, body, error: null, refused: false };
}

function post(
  url: URL,
  { id, secret, payload }: Message,
  options: { lookup: ReturnType<typeof pinned>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(payload),
    'user-agent': 'Trainyard',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(secret, { id, timestamp, payload }),
  };
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own: one that is kept could have been made with other rules.
    const request = open(url, { method: 'POST', agent: false, headers, ...options }, resolve);
    request.on('error', reject);
    request.end(payload);
  });
}

/** As much of the body as is kept. The rest is not read. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part: Buffer = Buffer.from(chunk);
    chunks.push(part);
    bytes += part.length;
    if (bytes >= BODY_BYTES_MAX) break;
  }
  response.destroy();
  // Postgres stores no NUL.
  return Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX).toString('utf8').replaceAll('\0', '\ufffd');
}

/** A name that is being resolved cannot be given up by itself. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(' ');
  if (!(error instanceof Error)) return String(error);
  return isAboutCertificate(error) ? `${NOT_TRUSTED} (${error.message})` : error.message;
}

const NOT_TRUSTED =
  'The certificate of the receiver is not trusted. Use one of a public authority, or ask the operator to name the ' +
  'authority in NODE_EXTRA_CA_CERTS';

/** By the names that OpenSSL and Node.js have for what is wrong with one. */
function isAboutCertificate(error: Error): boolean {
  return /CERT|UNABLE_TO_VERIFY_LEAF/.test(String(Reflect.get(error, 'code')));
}
