/** Pages of a stored table of one JSON value a line: a page is read from where the one before ended, however long the table. */
import { type List, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';

const LINE_END = 0x0a;

/** A cursor is the number of bytes before the page. Throws `invalid_request` for one that is none, `not_found` for no table. */
export async function readLinePage(
  store: ObjectStore,
  key: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<List<unknown>> {
  const start = await startOf(store, key, after);
  const data: unknown[] = [];
  let next = start;
  for await (const line of linesFrom(store, key, start)) {
    if (data.length === limit) return { object: 'list', data, has_more: true, next_cursor: String(next) };
    data.push(JSON.parse(line.toString('utf8')));
    next += line.byteLength + 1;
  }
  return { object: 'list', data, has_more: false, next_cursor: null };
}

async function startOf(store: ObjectStore, key: string, after: string | undefined): Promise<number> {
  if (after === undefined) return 0;
  const start = /^[1-9]\d{0,15}$/.test(after) ? Number(after) : Number.NaN;
  if (await endsLine(store, key, start)) return start;
  const errors = [{ pointer: '/after', detail: 'Expected the `next_cursor` of a page of this list.' }];
  throw new TrainyardError('invalid_request', `No page ends at "${after}". Leave \`after\` out to begin.`, { errors });
}

async function endsLine(store: ObjectStore, key: string, start: number): Promise<boolean> {
  const bytes = (await store.stat(key))?.bytes ?? 0;
  if (!(start <= bytes)) return false;
  for await (const chunk of await store.read(key, { start: start - 1, end: start })) {
    return (chunk as Uint8Array)[0] === LINE_END;
  }
  return false;
}

async function* linesFrom(store: ObjectStore, key: string, start: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of await store.read(key, { start, end: Number.MAX_SAFE_INTEGER })) {
    let bytes: Buffer = Buffer.concat([rest, chunk as Uint8Array]);
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END)) {
      yield bytes.subarray(0, end);
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
  if (rest.byteLength > 0) yield rest;
}
