/** Lets routes ask for analyses as `app.analyses`, wait for them and read their files. */
import { setTimeout as sleep } from 'node:timers/promises';
import { analysisKey, ERROR_KINDS, type ErrorCode, TrainyardError } from '@trainyard/contracts';
import type { Analysis, NewAnalysis } from '@trainyard/db';
import plugin from 'fastify-plugin';

export interface Analyses {
  /** The analysis of an equal request that has not failed, or a new one, which the workers hear of at once. */
  request(asked: NewAnalysis): Promise<Analysis>;
  /** Waits until it has ended, for `ms` at most, and answers how it is then. */
  wait(analysis: Pick<Analysis, 'projectId' | 'id'>, ms: number): Promise<Analysis>;
  /** A file of an analysis that has succeeded. */
  read(id: string, file: string): Promise<Uint8Array>;
  /** The `result.json` of one that has succeeded. Throws the error of one that has failed. */
  result(analysis: Analysis): Promise<unknown>;
}

declare module 'fastify' {
  interface FastifyInstance {
    analyses: Analyses;
  }
}

const LOOK_MS = 100;

export const analyses = plugin(
  async (app) => {
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());

    const service: Analyses = {
      async request(asked) {
        const analysis = await app.db.analyses.request(asked);
        if (analysis.status === 'queued') app.dispatch();
        return analysis;
      },

      async wait({ projectId, id }, ms) {
        const until = performance.now() + ms;
        for (;;) {
          const analysis = await app.db.analyses.get(projectId, id);
          const isOver = closing.signal.aborted || performance.now() >= until;
          if (isOver || analysis.status === 'succeeded' || analysis.status === 'failed') return analysis;
          await sleep(LOOK_MS, undefined, { signal: closing.signal }).catch(() => {});
        }
      },

      read: (id, file) => app.store.readBytes(analysisKey(id, file)),

      async result({ id, status, error }) {
        if (status === 'failed') throw failureOf(error);
        return JSON.parse(new TextDecoder().decode(await service.read(id, 'result.json')));
      },
    };
    app.decorate('analyses', service);
  },
  { name: 'analyses', dependencies: ['outbox-dispatcher'], fastify: '5.x' },
);

function failureOf(error: Analysis['error']): TrainyardError {
  const code: ErrorCode = error && Object.hasOwn(ERROR_KINDS, error.code) ? error.code : 'internal';
  return new TrainyardError(
    code,
    error?.message ?? 'The analysis failed.',
    error?.errors ? { errors: error.errors } : {},
  );
}
