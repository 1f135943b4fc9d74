/** Secrets of API keys and webhooks. Keys are random, so a plain hash of them is as good as a slow one. */
import { createHash, randomBytes } from 'node:crypto';

/** A new secret, 32 random bytes behind the prefix `ty_`. */
export function newSecret(): string {
  return `ty_${randomBytes(32).toString('base64url')}`;
}

/** A new key to sign webhooks with, as Standard Webhooks writes them: 32 random bytes. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The hash that is stored in place of a secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
