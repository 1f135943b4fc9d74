/** Projects and API keys. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Nullable, Strict, Timestamp, Words } from './schema.js';

export const ROLES = ['operator', 'member'] as const;
export type Role = (typeof ROLES)[number];

const RunningJobsLimit = Nullable(Type.Integer({ minimum: 1, maximum: 100_000 }), {
  description: "How many of its jobs may be trained at once; null for the server's default",
});

export const Project = Type.Object(
  {
    id: IdSchema('project'),
    object: Type.Literal('project'),
    name: Type.String(),
    max_running_jobs: RunningJobsLimit,
    created_at: Timestamp,
  },
  { $id: 'Project' },
);
export type Project = Static<typeof Project>;

export const CreateProject = Strict({ name: Type.String({ minLength: 1, maxLength: 100 }) }, { $id: 'CreateProject' });
export type CreateProject = Static<typeof CreateProject>;

export const UpdateProject = Strict({ max_running_jobs: RunningJobsLimit }, { $id: 'UpdateProject' });
export type UpdateProject = Static<typeof UpdateProject>;

export const ApiKey = Type.Object(
  {
    id: IdSchema('key'),
    object: Type.Literal('key'),
    name: Type.String(),
    project_id: IdSchema('project'),
    role: Words(ROLES),
    hint: Type.String({ description: 'The last four characters of the secret' }),
    created_at: Timestamp,
    last_used_at: Nullable(Timestamp),
    revoked_at: Nullable(Timestamp),
  },
  { $id: 'ApiKey' },
);
export type ApiKey = Static<typeof ApiKey>;

export const CreatedApiKey = Type.Object(
  { ...ApiKey.properties, secret: Type.String({ description: 'Shown once; only its hash is stored' }) },
  { $id: 'CreatedApiKey' },
);
export type CreatedApiKey = Static<typeof CreatedApiKey>;

export const CreateApiKey = Strict(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    role: Type.Optional(Words(ROLES, { default: 'member' })),
    project_id: Type.Optional(IdSchema('project')),
  },
  { $id: 'CreateApiKey' },
);
export type CreateApiKey = Static<typeof CreateApiKey>;
