/**
 * Who a key belongs to, remembered for a second: predictions come by the thousand under one key. So a key that is
 * revoked is refused within a second; one that is unknown is looked up each time, so that a new one works at once.
 */
import type { Database, Identity } from '@trainyard/db';

const FRESH_MS = 500;
const KEPT_MS = 1_000;
const KEYS_MAX = 10_000;

type Authenticate = Database['keys']['authenticate'];

interface Remembered {
  identity: Identity;
  /** When the database was asked. */
  askedAt: number;
}

export class RememberedKeys {
  readonly #keys: Pick<Database['keys'], 'authenticate'>;
  readonly #remembered = new Map<string, Remembered>();
  /** Under way, so that many requests with one key ask once. */
  readonly #asking = new Map<string, Promise<Identity | null>>();

  constructor(keys: Pick<Database['keys'], 'authenticate'>) {
    this.#keys = keys;
  }

  /** As `db.keys.authenticate`. From half a second on it is asked for again, while what is remembered is answered. */
  authenticate: Authenticate = async (secret) => {
    const known = this.#remembered.get(secret);
    const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.askedAt;
    if (known === undefined || age >= KEPT_MS) return this.#ask(secret);
    // What goes wrong now is met again, and told, by the request that finds nothing remembered.
    if (age >= FRESH_MS) this.#ask(secret).catch(() => {});
    return known.identity;
  };

  #ask(secret: string): Promise<Identity | null> {
    const underWay = this.#asking.get(secret);
    if (underWay !== undefined) return underWay;
    const askedAt = performance.now();
    const asking = this.#keys
      .authenticate(secret)
      .then((identity) => this.#remember(secret, identity, askedAt))
      .finally(() => this.#asking.delete(secret));
    this.#asking.set(secret, asking);
    return asking;
  }

  #remember(secret: string, identity: Identity | null, askedAt: number): Identity | null {
    this.#remembered.delete(secret);
    if (identity === null) return null;
    if (this.#remembered.size >= KEYS_MAX) this.#forgetOld(askedAt);
    this.#remembered.set(secret, { identity, askedAt });
    return identity;
  }

  #forgetOld(now: number): void {
    for (const [secret, { askedAt }] of this.#remembered) {
      if (now - askedAt >= KEPT_MS) this.#remembered.delete(secret);
    }
    if (this.#remembered.size >= KEYS_MAX) this.#remembered.clear();
  }
}
