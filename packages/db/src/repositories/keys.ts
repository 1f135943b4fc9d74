/** API keys. A secret is shown once, when its key is made; the database has its hash. */
import { type ApiKey, type CreatedApiKey, type List, newId, type Role, TrainyardError } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { toApiKey } from '../wire.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { hashOf, newSecret } from './secrets.js';

/** Who a request comes from. */
export interface Identity {
  keyId: string;
  projectId: string;
  role: Role;
}

const USE_NOTED_EVERY_MS = 60_000;

export function openKeys(client: PrismaClient) {
  return {
    /** Throws `not_found` where there is no such project. */
    async create(
      key: { projectId: string; name: string; role: Role },
      idempotency?: IdempotencyClaim,
    ): Promise<CreatedApiKey> {
      if ((await client.project.count({ where: { id: key.projectId } })) === 0) {
        throw new TrainyardError('not_found', `There is no project "${key.projectId}".`);
      }
      const secret = newSecret();
      const data = { id: newId('key'), ...key, secretHash: hashOf(secret), hint: secret.slice(-4) };
      const row = await client.$transaction(async (tx) => {
        await bindSubject(tx, idempotency, data.id);
        return tx.apiKey.create({ data });
      });
      return { ...toApiKey(row), secret };
    },

    /** Null for a secret that is unknown or revoked. Notes the use, once a minute at most. */
    async authenticate(secret: string): Promise<Identity | null> {
      const row = await client.apiKey.findUnique({ where: { secretHash: hashOf(secret) } });
      if (!row || row.revokedAt) return null;
      const now = new Date();
      const noted = new Date(now.getTime() - USE_NOTED_EVERY_MS);
      if (!row.lastUsedAt || row.lastUsedAt < noted) {
        await client.apiKey.updateMany({
          where: { id: row.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: noted } }] },
          data: { lastUsedAt: now },
        });
      }
      return { keyId: row.id, projectId: row.projectId, role: row.role };
    },

    /** `projectId` null lists the keys of every project. */
    async list(projectId: string | null, page: Page = {}): Promise<List<ApiKey>> {
      const where = { ...olderThan(page), ...(projectId === null ? {} : { projectId }) };
      const rows = await client.apiKey.findMany({ where, ...newestFirst(page) });
      return toList(rows, page, toApiKey, idOf);
    },

    /** `projectId` null reaches the keys of every project. */
    async get(projectId: string | null, id: string): Promise<ApiKey> {
      const row = await client.apiKey.findFirst({ where: { id, ...(projectId === null ? {} : { projectId }) } });
      if (!row) throw notFound('key', id);
      return toApiKey(row);
    },

    /** `projectId` null reaches the keys of every project. A key that is revoked already stays as it is. */
    async revoke(projectId: string | null, id: string): Promise<ApiKey> {
      const where = { id, ...(projectId === null ? {} : { projectId }) };
      await client.apiKey.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: new Date() } });
      const row = await client.apiKey.findFirst({ where });
      if (!row) throw notFound('key', id);
      return toApiKey(row);
    },
  };
}
