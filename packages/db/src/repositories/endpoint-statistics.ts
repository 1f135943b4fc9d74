/** What the inference servers count, written as increments so that several of them add up. */
import { Prisma, type PrismaClient } from '../client.js';
import type { AgreementCounts, LoadedModel } from '../endpoint-activity.js';

/** `kind` is `requests`, `images`, or `error:` and a code. */
export interface CountIncrement {
  endpointId: string;
  checkpointId: string;
  kind: string;
  count: number;
}

export interface LatencyIncrement {
  endpointId: string;
  minute: Date;
  bucket: number;
  count: number;
}

export type AgreementIncrement = AgreementCounts & { endpointId: string };

export interface EndpointIncrements {
  counts: readonly CountIncrement[];
  latencies: readonly LatencyIncrement[];
  agreements: readonly AgreementIncrement[];
}

/** Longer than what is shown. */
const LATENCIES_KEPT_S = 900;
const SERVERS_KEPT_S = 60;

export function endpointStatistics(client: PrismaClient) {
  return {
    /** All or nothing. What is about an endpoint that is gone is left out. */
    async addStatistics({ counts, latencies, agreements }: EndpointIncrements): Promise<void> {
      const writes = [
        ...(counts.length > 0 ? [addCounts(client, counts)] : []),
        ...(latencies.length > 0 ? [addLatencies(client, latencies)] : []),
        ...(agreements.length > 0 ? [addAgreements(client, agreements)] : []),
      ];
      if (writes.length > 0) await client.$transaction(writes);
    },

    /** Says which models a server has loaded; it is to say so again within seconds. */
    async reportLoaded(server: string, loaded: readonly LoadedModel[]): Promise<void> {
      await client.$executeRaw`
        INSERT INTO inference_servers (id, loaded, seen_at)
        VALUES (${server}, ${JSON.stringify(loaded)}::jsonb, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET loaded = EXCLUDED.loaded, seen_at = EXCLUDED.seen_at`;
    },

    async removeServer(server: string): Promise<void> {
      await client.inferenceServer.deleteMany({ where: { id: server } });
    },

    /** Removes what nobody shows any more: latencies of a while ago, and servers that are gone. */
    async forgetOldStatistics(): Promise<void> {
      await client.$executeRaw`
        DELETE FROM endpoint_latencies
        WHERE minute < clock_timestamp() - make_interval(secs => ${LATENCIES_KEPT_S}::float8)`;
      await client.$executeRaw`
        DELETE FROM inference_servers
        WHERE seen_at < clock_timestamp() - make_interval(secs => ${SERVERS_KEPT_S}::float8)`;
    },
  };
}

// Rows are written in the order of their keys, so that two servers never wait for each other crosswise.

function addCounts(client: PrismaClient, rows: readonly CountIncrement[]) {
  return client.$executeRaw`
    INSERT INTO endpoint_counts AS old (endpoint_id, checkpoint_id, kind, count)
    SELECT g."endpointId", g."checkpointId", g.kind, g.count FROM ${given(rows)}
      AS g("endpointId" text, "checkpointId" text, kind text, count bigint)
    JOIN endpoints e ON e.id = g."endpointId" ORDER BY 1, 2, 3
    ON CONFLICT (endpoint_id, checkpoint_id, kind) DO UPDATE SET count = old.count + EXCLUDED.count`;
}

function addLatencies(client: PrismaClient, rows: readonly LatencyIncrement[]) {
  return client.$executeRaw`
    INSERT INTO endpoint_latencies AS old (endpoint_id, minute, bucket, count)
    SELECT g."endpointId", g.minute, g.bucket, g.count FROM ${given(rows)}
      AS g("endpointId" text, minute timestamptz, bucket int, count bigint)
    JOIN endpoints e ON e.id = g."endpointId" ORDER BY 1, 2, 3
    ON CONFLICT (endpoint_id, minute, bucket) DO UPDATE SET count = old.count + EXCLUDED.count`;
}

function addAgreements(client: PrismaClient, rows: readonly AgreementIncrement[]) {
  return client.$executeRaw`
    INSERT INTO endpoint_agreements AS old (endpoint_id, checkpoint_id, shadow_id, requests, images, agreed, "values",
      difference_sum, difference_max, dropped, failed)
    SELECT g."endpointId", g."checkpointId", g."shadowId", g.requests, g.images, g.agreed, g."values",
      g."differenceSum", g."differenceMax", g.dropped, g.failed FROM ${given(rows)}
      AS g("endpointId" text, "checkpointId" text, "shadowId" text, requests bigint, images bigint, agreed bigint,
        "values" bigint, "differenceSum" float8, "differenceMax" float8, dropped bigint, failed bigint)
    JOIN endpoints e ON e.id = g."endpointId" ORDER BY 1, 2, 3
    ON CONFLICT (endpoint_id, checkpoint_id, shadow_id) DO UPDATE SET
      requests = old.requests + EXCLUDED.requests, images = old.images + EXCLUDED.images,
      agreed = old.agreed + EXCLUDED.agreed, "values" = old."values" + EXCLUDED."values",
      difference_sum = old.difference_sum + EXCLUDED.difference_sum,
      difference_max = GREATEST(old.difference_max, EXCLUDED.difference_max),
      dropped = old.dropped + EXCLUDED.dropped, failed = old.failed + EXCLUDED.failed`;
}

function given(rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)`;
}
