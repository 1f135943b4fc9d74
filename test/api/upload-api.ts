// An API for tests of resumable uploads, with what they look at beside its answers.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode, Problem } from '@trainyard/contracts';
import pg from 'pg';
import { expect } from 'vitest';
import { atEnd } from '../setup/index.js';
import { expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';
import { idOf, type TusAnswer, TusClient } from './tus.js';

export const MAX_BYTES = 8 * 1024 * 1024;
export const OPEN_MAX = 60;

export interface UploadApi {
  api: TestApi;
  sql: pg.Pool;
  /** Speaks as the member. */
  tus: TusClient;
  clientOf: (secret: string) => TusClient;
  /** Everything in the store, with what is being appended to. */
  storedFiles: () => Promise<string[]>;
  /** Makes an upload that has all of `bytes`, and answers its id. */
  uploaded: (bytes: Uint8Array) => Promise<string>;
  /** The id of the data set that an upload is, or will be. */
  datasetOf: (uploadId: string) => Promise<string>;
  /** Which of some uploads the database still has. */
  known: (uploadIds: readonly string[]) => Promise<string[]>;
}

export async function createUploadApi(): Promise<UploadApi> {
  const uploadRules = { lifetimeMs: 3_600_000, openMax: OPEN_MAX };
  const api = await createTestApi({ maxUploadBytes: MAX_BYTES, uploadRules });
  const sql = new pg.Pool({ connectionString: api.environment.DATABASE_URL, max: 1 });
  atEnd(() => sql.end());
  const clientOf = (secret: string) => new TusClient(Number(new URL(api.app.listeningOrigin).port), secret);
  const tus = clientOf(api.member.secret);
  return {
    api,
    sql,
    tus,
    clientOf,
    async storedFiles() {
      const root = join(api.environment.TRAINYARD_DATA_DIR, 'objects');
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    },
    async uploaded(bytes) {
      const path = await tus.create(bytes.byteLength);
      if (bytes.byteLength > 0) expect((await tus.patch(path, 0, bytes)).status).toBe(204);
      return idOf(path);
    },
    async datasetOf(uploadId) {
      return (await sql.query('SELECT dataset_id FROM uploads WHERE id = $1', [uploadId])).rows[0].dataset_id;
    },
    async known(uploadIds) {
      return (await sql.query('SELECT id FROM uploads WHERE id = ANY($1)', [uploadIds])).rows.map(({ id }) => id);
    },
  };
}

export function expectRefused({ status, headers, text }: TusAnswer, code: ErrorCode): Problem {
  expect(headers['tus-resumable']).toBe('1.0.0');
  return expectProblem({ status, headers: headers as Record<string, string>, text, body: JSON.parse(text) }, code);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
