/** The signature of Standard Webhooks: HMAC-SHA256 over id, time and body, with a key that both sides know. */
import { createHmac } from 'node:crypto';

export interface SignedMessage {
  id: string;
  /** Unix time in whole seconds. */
  timestamp: number;
  payload: string;
}

/** The value of `webhook-signature`. `secret` is `whsec_` and the key in base64. */
export function signatureOf(secret: string, { id, timestamp, payload }: SignedMessage): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')}`;
}
