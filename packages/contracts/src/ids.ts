/** Identifiers: a prefix that names the resource, then a ULID in lower case, so that ids sort by creation time. */
import { Type } from 'typebox';

export const ID_PREFIXES = {
  project: 'prj',
  dataset: 'ds',
  upload: 'upl',
  model: 'mdl',
  backbone: 'bb',
  job: 'job',
  checkpoint: 'ckpt',
  endpoint: 'ep',
  sweep: 'swp',
  key: 'key',
  event: 'evt',
  delivery: 'dlv',
  worker: 'wrk',
  evaluation: 'eval',
  feature_maps: 'fmap',
  embedding: 'emb',
  forecast: 'fcst',
  export: 'exp',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const ULID_LENGTH = 26;

let lastTime = 0;
let lastRandom = new Uint8Array(10);

/** A new id of the given kind, for example `job_01k3…`. Ids made by one process strictly increase. */
export function newId(kind: IdKind, now: number = Date.now()): string {
  if (now <= lastTime) {
    increment(lastRandom);
  } else {
    lastTime = now;
    lastRandom = crypto.getRandomValues(new Uint8Array(10));
  }
  return `${ID_PREFIXES[kind]}_${encodeTime(lastTime)}${encodeRandom(lastRandom)}`;
}

/** Whether `text` is shaped like an id of the given kind. */
export function isId(kind: IdKind, text: string): boolean {
  return text.length === ID_PREFIXES[kind].length + 1 + ULID_LENGTH && text.startsWith(`${ID_PREFIXES[kind]}_`);
}

/** Schema of an id of the given kind. */
export function IdSchema(kind: IdKind) {
  return Type.String({ pattern: `^${ID_PREFIXES[kind]}_[0-9a-hjkmnp-tv-z]{${ULID_LENGTH}}$` });
}

function increment(bytes: Uint8Array): void {
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = (bytes[i] + 1) & 0xff;
    if (bytes[i] !== 0) return;
  }
}

function encodeTime(time: number): string {
  let text = '';
  for (let rest = time, i = 0; i < 10; i++) {
    text = CROCKFORD[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeRandom(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < 16; i++) {
    text = CROCKFORD[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text;
}
