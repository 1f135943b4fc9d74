/** A signal for answers that would never end by themselves: it is aborted when the server begins to close. */
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    closing: AbortSignal;
  }
}

export const closing = plugin(
  async (app) => {
    const controller = new AbortController();
    app.decorate('closing', controller.signal);
    app.addHook('preClose', async () => controller.abort());
  },
  { name: 'closing', fastify: '5.x' },
);
