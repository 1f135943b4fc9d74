/** Projects, and the first one, with which a server begins. */
import {
  type CreateProject,
  type List,
  newId,
  type Project,
  TrainyardError,
  type UpdateProject,
} from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { refuseTakenName } from '../errors.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { toProject } from '../wire.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { hashOf, newSecret } from './secrets.js';

const DEFAULT_PROJECT = 'default';
const BOOTSTRAP_LOCK = 7_240_002;

export function openProjects(client: PrismaClient) {
  return {
    /** Throws `name_taken`. */
    async create({ name }: CreateProject, idempotency?: IdempotencyClaim): Promise<Project> {
      const detail = `There is already a project "${name}". Choose another name.`;
      const data = { id: newId('project'), name };
      const create = () =>
        client.$transaction(async (tx) => {
          await bindSubject(tx, idempotency, data.id);
          return tx.project.create({ data });
        });
      return toProject(await refuseTakenName(detail, create));
    },

    async get(id: string): Promise<Project> {
      const row = await client.project.findUnique({ where: { id } });
      if (!row) throw unknownProject(id);
      return toProject(row);
    },

    /** A lower limit takes nothing away from jobs that are trained already. */
    async update(id: string, { max_running_jobs: maxRunningJobs }: UpdateProject): Promise<Project> {
      const [row] = await client.project.updateManyAndReturn({ where: { id }, data: { maxRunningJobs } });
      if (!row) throw unknownProject(id);
      return toProject(row);
    },

    async list(page: Page = {}): Promise<List<Project>> {
      const rows = await client.project.findMany({ where: olderThan(page), ...newestFirst(page) });
      return toList(rows, page, toProject, idOf);
    },

    /**
     * Makes the project `default` and an operator key of it, where they are missing. With `secret` that key is the one;
     * without it a secret is made when the project has no operator key, and answered this once. Keys from before stay
     * valid until they are revoked, and a key that was revoked stays revoked.
     */
    ensureBootstrap({ secret }: { secret?: string } = {}): Promise<{ projectId: string; secret: string | null }> {
      return client.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${BOOTSTRAP_LOCK}::bigint)`;
        const project = await tx.project.upsert({
          where: { name: DEFAULT_PROJECT },
          create: { id: newId('project'), name: DEFAULT_PROJECT },
          update: {},
        });
        const present = secret
          ? await tx.apiKey.count({ where: { secretHash: hashOf(secret) } })
          : await tx.apiKey.count({ where: { projectId: project.id, role: 'operator', revokedAt: null } });
        if (present > 0) return { projectId: project.id, secret: null };

        const plain = secret ?? newSecret();
        await tx.apiKey.create({
          data: {
            id: newId('key'),
            projectId: project.id,
            name: 'bootstrap',
            role: 'operator',
            secretHash: hashOf(plain),
            hint: plain.slice(-4),
          },
        });
        return { projectId: project.id, secret: secret ? null : plain };
      });
    },
  };
}

function unknownProject(id: string): TrainyardError {
  return new TrainyardError('not_found', `There is no project "${id}". GET /v1/projects lists them.`);
}
