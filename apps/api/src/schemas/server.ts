/** What the server says of itself. */
import { DEVICES, Nullable, Timestamp, Words } from '@trainyard/contracts';
import { Type } from 'typebox';

export const Health = Type.Object({ status: Type.Literal('ok') }, { $id: 'Health' });

const CheckResult = Type.Object({ ok: Type.Boolean() });

export const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    checks: Type.Object({ postgres: CheckResult, redis: CheckResult, storage: CheckResult }),
  },
  { $id: 'Readiness' },
);

/** A member sees neither where a worker runs nor its id. */
export const WorkerView = Type.Object(
  {
    object: Type.Literal('worker'),
    status: Type.Literal('alive'),
    device: Words(DEVICES, { description: 'What `auto` means on it' }),
    devices: Type.Array(
      Type.Object({ device: Words(DEVICES), available: Type.Boolean(), reason: Nullable(Type.String()) }),
    ),
    job_ids: Type.Array(Type.String(), { description: 'The jobs that it trains; a member sees those of its project' }),
    load: Type.Object(
      { jobs: Type.Integer(), datasets: Type.Integer() },
      { description: 'How many jobs it trains and data sets it reads, of every project' },
    ),
    job_slots: Type.Integer({ description: 'How many jobs it trains at once, at most' }),
    last_seen_at: Timestamp,
    id: Type.Optional(Type.String()),
    host: Type.Optional(Type.String()),
    cpu: Type.Optional(
      Nullable(Type.String(), { description: 'The instruction sets that decide the bits of a training' }),
    ),
    onnxruntime_version: Type.Optional(Nullable(Type.String())),
    pid: Type.Optional(Type.Integer()),
    started_at: Type.Optional(Timestamp),
  },
  { $id: 'Worker' },
);
