/** Who a request comes from, as its API key says. */
import type { Identity } from '@trainyard/db';

export type Principal = Identity;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authentication` before any handler of its scope runs. */
    principal: Principal;
  }
}
