/** Webhook messages, written in the transaction of the event that they tell of, so that none is lost or made up. */
import { newId, WEBHOOK_STATUSES, type WebhookOptions } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { newWebhookSecret } from './repositories/secrets.js';

/** What a webhook can tell of an event. */
export interface AnnouncedEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  createdAt: Date;
}

/** Gives a new job its webhook, before its first event. Answers the secret where one had to be made. */
export async function addWebhook(
  tx: Prisma.TransactionClient,
  jobId: string,
  { url, events = [...WEBHOOK_STATUSES], secret }: WebhookOptions,
): Promise<string | null> {
  const made = secret === undefined ? newWebhookSecret() : null;
  await tx.webhook.create({ data: { jobId, url, events, secret: secret ?? made ?? '' } });
  return made;
}

/** Writes the message about an event, where the job has a webhook that asked for it. */
export async function announceEvent(tx: Prisma.TransactionClient, jobId: string, event: AnnouncedEvent): Promise<void> {
  const webhook = await tx.webhook.findUnique({
    where: { jobId },
    select: { events: true, disabledAt: true, job: { select: { projectId: true } } },
  });
  const word = event.type === 'status' ? String(event.data.status) : event.type;
  if (!webhook || webhook.disabledAt || !webhook.events.includes(word)) return;
  const type = `job.${word}`;
  const timestamp = event.createdAt.toISOString();
  const payload = JSON.stringify({ type, timestamp, data: { ...event.data, job_id: jobId, event_id: event.id } });
  const { projectId } = webhook.job;
  await tx.webhookDelivery.create({
    data: { id: newId('delivery'), projectId, jobId, eventId: event.id, type, payload },
  });
}
