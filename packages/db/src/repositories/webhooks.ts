/** The deliveries of webhooks: what the API shows of them, and how a process takes one, tries it and says what came. */
import { type List, TrainyardError, type WebhookDelivery, type WebhookDeliveryStatus } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';

/** One attempt at a message. `attempt` counts from 1, and fences what is written of it. */
export interface DeliveryClaim {
  id: string;
  attempt: number;
  projectId: string;
  url: string;
  /** Scheme, host and port of the address. */
  receiver: string;
  secret: string;
  payload: string;
}

/** What a process can send beside what it has under way already. */
export interface DeliveryRoom {
  /** Messages that it can take. */
  total: number;
  /** How many may be under way to one receiver, and of one project. */
  perReceiver: number;
  perProject: number;
  /** The receiver and the project of each message that is under way. */
  receivers: readonly string[];
  projects: readonly string[];
}

/** What came of an attempt. */
export interface DeliveryOutcome {
  result: 'delivered' | 'retry' | 'give_up' | 'disable';
  /** Until the next attempt, with `retry`. */
  retryInMs?: number;
  responseStatus: number | null;
  responseBody: string | null;
  error: string | null;
}

/** Addresses are stored in their normal form, so equal receivers have equal texts. */
const RECEIVER = Prisma.sql`substring(w.url FROM '^https?://[^/?#]+')`;

const withUrl = { webhook: { select: { url: true } } } satisfies Prisma.WebhookDeliveryInclude;

export function openWebhooks(client: PrismaClient) {
  async function get(projectId: string, id: string): Promise<WebhookDelivery> {
    const row = await client.webhookDelivery.findFirst({ where: { id, projectId }, include: withUrl });
    if (!row) throw notFound('webhook delivery', id);
    return toDelivery(row);
  }

  return {
    /** What the messages about a job are signed with; null where it has no webhook, or is gone. */
    async secretOf(projectId: string, jobId: string): Promise<string | null> {
      const webhook = await client.webhook.findFirst({
        where: { jobId, job: { projectId } },
        select: { secret: true },
      });
      return webhook?.secret ?? null;
    },

    async list(
      projectId: string,
      page: Page & { job_id?: string; status?: WebhookDeliveryStatus } = {},
    ): Promise<List<WebhookDelivery>> {
      const where = {
        ...olderThan(page),
        projectId,
        ...(page.job_id === undefined ? {} : { jobId: page.job_id }),
        ...(page.status === undefined ? {} : { status: page.status }),
      };
      const rows = await client.webhookDelivery.findMany({ where, ...newestFirst(page), include: withUrl });
      return toList(rows, page, toDelivery, idOf);
    },

    /** Makes an ended delivery pending again, with its id and payload. Throws `conflict` for one that is pending. */
    async replay(projectId: string, id: string): Promise<WebhookDelivery> {
      await get(projectId, id);
      const { count } = await client.webhookDelivery.updateMany({
        where: { id, projectId, status: { not: 'pending' } },
        data: { status: 'pending', attempts: 0, nextAttemptAt: new Date(), deliveredAt: null },
      });
      if (count === 0) throw new TrainyardError('conflict', `The delivery ${id} is pending already. Wait for its end.`);
      return get(projectId, id);
    },

    /**
     * Takes messages that are due, those that wait longest first, as far as there is room for their receivers and
     * projects. No other process gets one of them until `leaseMs` have passed; then the attempt counts as lost, and the
     * message is due again.
     */
    claim({ room, leaseMs }: { room: DeliveryRoom; leaseMs: number }): Promise<DeliveryClaim[]> {
      return client.$queryRaw<DeliveryClaim[]>`
        WITH waiting AS (
          SELECT d.id, d.project_id, d.next_attempt_at, ${RECEIVER} AS receiver
          FROM webhook_deliveries d JOIN webhooks w ON w.job_id = d.job_id
          WHERE d.status = 'pending' AND d.next_attempt_at <= clock_timestamp()
        ), to_receivers AS (
          SELECT *, row_number() OVER (PARTITION BY receiver ORDER BY next_attempt_at, id)
            + (SELECT count(*) FROM unnest(${room.receivers}::text[]) busy WHERE busy = receiver) AS place
          FROM waiting
        ), of_projects AS (
          SELECT *, row_number() OVER (PARTITION BY project_id ORDER BY next_attempt_at, id)
            + (SELECT count(*) FROM unnest(${room.projects}::text[]) busy WHERE busy = project_id) AS turn
          FROM to_receivers WHERE place <= ${room.perReceiver}::int
        ), chosen AS (
          SELECT id FROM of_projects WHERE turn <= ${room.perProject}::int
          ORDER BY next_attempt_at, id LIMIT ${room.total}::int
        ), due AS MATERIALIZED (
          SELECT id FROM webhook_deliveries
          WHERE id IN (SELECT id FROM chosen) AND status = 'pending' AND next_attempt_at <= clock_timestamp()
          FOR UPDATE SKIP LOCKED
        )
        UPDATE webhook_deliveries d SET
          attempts = d.attempts + 1,
          last_attempt_at = clock_timestamp(),
          next_attempt_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
        FROM due, webhooks w
        WHERE d.id = due.id AND w.job_id = d.job_id
        RETURNING d.id, d.attempts AS attempt, d.project_id AS "projectId", w.url, ${RECEIVER} AS receiver, w.secret,
          d.payload`;
    },

    /** Writes what came of an attempt; does nothing once another attempt has begun. */
    async settle(claim: Pick<DeliveryClaim, 'id' | 'attempt'>, outcome: DeliveryOutcome): Promise<void> {
      const status = outcome.result === 'retry' ? 'pending' : outcome.result === 'delivered' ? 'delivered' : 'failed';
      const delay = outcome.result === 'retry' ? (outcome.retryInMs ?? 0) / 1000 : null;
      await client.$transaction(async (tx) => {
        const [row] = await tx.$queryRaw<{ jobId: string }[]>`
          UPDATE webhook_deliveries SET
            status = ${status}::"WebhookDeliveryStatus",
            next_attempt_at = clock_timestamp() + make_interval(secs => ${delay}::float8),
            delivered_at = CASE WHEN ${status} = 'delivered' THEN clock_timestamp() END,
            response_status = ${outcome.responseStatus}::int,
            response_body = ${outcome.responseBody}::text,
            error = ${outcome.error}::text
          WHERE id = ${claim.id} AND attempts = ${claim.attempt} AND status = 'pending'
          RETURNING job_id AS "jobId"`;
        if (row && outcome.result === 'disable') await disable(tx, row.jobId);
      });
    },

    /** Gives back what a process took and did not try to the end, as if it had not been taken. */
    async release({ id, attempt }: Pick<DeliveryClaim, 'id' | 'attempt'>): Promise<void> {
      await client.$executeRaw`
        UPDATE webhook_deliveries SET attempts = attempts - 1, next_attempt_at = clock_timestamp()
        WHERE id = ${id} AND attempts = ${attempt} AND status = 'pending'`;
    },
  };
}

/** Ends a webhook whose receiver wants no more, with all that was still to be sent. */
async function disable(tx: Prisma.TransactionClient, jobId: string): Promise<void> {
  await tx.webhook.update({ where: { jobId }, data: { disabledAt: new Date() } });
  await tx.webhookDelivery.updateMany({
    where: { jobId, status: 'pending' },
    data: { status: 'failed', nextAttemptAt: null, error: 'The receiver answered 410 to another message.' },
  });
}

function toDelivery(row: Prisma.WebhookDeliveryGetPayload<{ include: typeof withUrl }>): WebhookDelivery {
  return {
    id: row.id,
    object: 'webhook_delivery',
    status: row.status,
    job_id: row.jobId,
    event_id: row.eventId,
    type: row.type,
    url: row.webhook.url,
    payload: JSON.parse(row.payload),
    attempts: row.attempts,
    last_attempt_at: row.lastAttemptAt?.toISOString() ?? null,
    next_attempt_at: row.nextAttemptAt?.toISOString() ?? null,
    delivered_at: row.deliveredAt?.toISOString() ?? null,
    response_status: row.responseStatus,
    response_body: row.responseBody,
    error: row.error,
    created_at: row.createdAt.toISOString(),
  };
}
