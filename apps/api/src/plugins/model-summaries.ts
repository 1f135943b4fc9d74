/** Lets routes describe models as `app.summaries`, and ends the thread that does it with the server. */
import plugin from 'fastify-plugin';
import { Summarizer } from '../summaries/summarizer.js';

declare module 'fastify' {
  interface FastifyInstance {
    summaries: Summarizer;
  }
}

export const modelSummaries = plugin(
  async (app) => {
    const summaries = new Summarizer();
    app.decorate('summaries', summaries);
    app.addHook('onClose', () => summaries.close());
  },
  { name: 'model-summaries', fastify: '5.x' },
);
