/** What a route says of itself to take an `Idempotency-Key`. */
import type { ErrorRecord } from '@trainyard/contracts';
import type { Database, IdempotencyClaim } from '@trainyard/db';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

export interface IdempotentRoute {
  /** The status of its answer when it has made something. */
  status: number;
  /** What the route makes, as it answers it: for a request whose first answer was lost on the way. */
  find?: (db: Database, projectId: string, id: string) => Promise<object>;
  /** For an answer with a secret that is stored elsewhere, and so not once more with the answer. */
  secret?: StoredElsewhere;
  /** For an answer with a secret, which is never stored: what a request that is sent again gets instead. */
  refuseAgain?: (id: string) => ErrorRecord;
  /** The hash of a body that Fastify does not parse. Reads all of it. */
  hashBody?: (request: FastifyRequest) => Promise<string>;
}

export interface StoredElsewhere {
  without(answer: object): object;
  /** The answer with its secret, as long as that is still known. `posted` is the request's body. */
  restore(db: Database, projectId: string, answer: object, posted: unknown): Promise<object>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    idempotent?: IdempotentRoute;
  }
  interface FastifyRequest {
    /** Set where the request came with an `Idempotency-Key`; whatever it makes is bound to this. */
    idempotency: IdempotencyClaim | undefined;
  }
}

export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const REPLAYED_HEADER = 'idempotency-replayed';

/** The headers of such a route, for its schema. */
export const idempotencyHeaders = Type.Object({
  [IDEMPOTENCY_HEADER]: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x20-\\x7e]*$',
      description:
        'A text of your choice, new for each thing to make, such as a UUID. For 24 hours the same request with the same ' +
        'key makes nothing more: it gets the first answer again, with `Idempotency-Replayed: true`.',
    }),
  ),
});
