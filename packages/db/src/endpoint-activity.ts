/** What the inference servers have written down of endpoints, read for those that are shown. */
import {
  type BucketCounts,
  type EndpointCounts,
  type EndpointLatency,
  type EndpointLoad,
  LATENCY_WINDOW_S,
  latencyQuantile,
} from '@trainyard/contracts';
import { Prisma, type PrismaClient } from './client.js';
import { fromJson } from './json.js';

/** A server that has written nothing for so long is gone. */
const ALIVE_S = 10;

/** A model that a server has loaded. */
export interface LoadedModel {
  checkpoint_id: string;
  waiting: number;
  load_ms: number;
}

/** How a checkpoint in the shadow has agreed; `values` were compared for the mean of their differences. */
export interface AgreementCounts {
  checkpointId: string;
  shadowId: string;
  requests: number;
  images: number;
  agreed: number;
  values: number;
  differenceSum: number;
  differenceMax: number;
  dropped: number;
  failed: number;
}

export interface EndpointActivity {
  counts: EndpointCounts;
  latency: EndpointLatency | null;
  agreements: AgreementCounts[];
}

/** Every model that a live server has loaded. */
export type LoadedOnServer = LoadedModel & { server: string };

export async function readLoaded(client: PrismaClient): Promise<LoadedOnServer[]> {
  const rows = await client.$queryRaw<{ id: string; loaded: Prisma.JsonValue }[]>`
    SELECT id, loaded FROM inference_servers
    WHERE seen_at > clock_timestamp() - make_interval(secs => ${ALIVE_S}::float8) ORDER BY id`;
  return rows.flatMap(({ id, loaded }) => fromJson<LoadedModel[]>(loaded).map((model) => ({ server: id, ...model })));
}

/** Of each of the endpoints, by its id. */
export async function readActivity(
  client: PrismaClient,
  ids: readonly string[],
): Promise<(id: string) => EndpointActivity> {
  const where = { endpointId: { in: [...ids] } };
  const [counts, buckets, agreements] = await Promise.all([
    client.endpointCount.findMany({ where }),
    readBuckets(client, ids),
    client.endpointAgreement.findMany({ where }),
  ]);
  const of = <T extends { endpointId: string }>(rows: readonly T[], id: string) =>
    rows.filter(({ endpointId }) => endpointId === id);
  return (id) => ({
    counts: toCounts(of(counts, id)),
    latency: toLatency(of(buckets, id)),
    agreements: of(agreements, id).map(toAgreement),
  });
}

/** Where an endpoint's checkpoints are loaded, and how much waits there. */
export function loadOf(checkpoints: readonly string[], loaded: readonly LoadedOnServer[]): EndpointLoad {
  const servers = loaded.filter(({ checkpoint_id }) => checkpoints.includes(checkpoint_id));
  return {
    waiting: servers.reduce((sum, { waiting }) => sum + waiting, 0),
    servers: servers.map(({ server, checkpoint_id, waiting, load_ms }) => ({
      server,
      checkpoint_id,
      waiting,
      load_ms,
    })),
  };
}

interface Bucket {
  endpointId: string;
  bucket: number;
  count: number;
}

async function readBuckets(client: PrismaClient, ids: readonly string[]): Promise<Bucket[]> {
  if (ids.length === 0) return [];
  return client.$queryRaw`
    SELECT endpoint_id AS "endpointId", bucket, sum(count)::float8 AS count FROM endpoint_latencies
    WHERE endpoint_id IN (${Prisma.join([...ids])})
      AND minute > clock_timestamp() - make_interval(secs => ${LATENCY_WINDOW_S}::float8)
    GROUP BY endpoint_id, bucket`;
}

const ERROR_PREFIX = 'error:';

function toCounts(rows: readonly { checkpointId: string; kind: string; count: bigint }[]): EndpointCounts {
  const errors = new Map<string, number>();
  const answered = new Map<string, number>();
  let images = 0;
  for (const { checkpointId, kind, count } of rows) {
    if (kind === 'requests') answered.set(checkpointId, Number(count));
    else if (kind === 'images') images += Number(count);
    else {
      const code = kind.slice(ERROR_PREFIX.length);
      errors.set(code, (errors.get(code) ?? 0) + Number(count));
    }
  }
  const requests = [...answered.values()].reduce((sum, count) => sum + count, 0);
  return { requests, images, errors: Object.fromEntries(errors), by_checkpoint: Object.fromEntries(answered) };
}

function toLatency(buckets: readonly Bucket[]): EndpointLatency | null {
  const counts: BucketCounts = new Map(buckets.map(({ bucket, count }) => [bucket, count]));
  const quantile = (share: number) => latencyQuantile(counts, share);
  const [p50, p95, p99] = [quantile(0.5), quantile(0.95), quantile(0.99)];
  if (p50 === null || p95 === null || p99 === null) return null;
  const requests = buckets.reduce((sum, { count }) => sum + count, 0);
  return { p50_ms: p50, p95_ms: p95, p99_ms: p99, requests, window_s: LATENCY_WINDOW_S };
}

function toAgreement(row: Prisma.EndpointAgreementGetPayload<object>): AgreementCounts {
  return {
    checkpointId: row.checkpointId,
    shadowId: row.shadowId,
    requests: Number(row.requests),
    images: Number(row.images),
    agreed: Number(row.agreed),
    values: Number(row.values),
    differenceSum: row.differenceSum,
    differenceMax: row.differenceMax,
    dropped: Number(row.dropped),
    failed: Number(row.failed),
  };
}
