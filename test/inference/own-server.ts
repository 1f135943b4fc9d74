// An inference server in the test's own process; the processes of its models are real.
import { join } from 'node:path';
import { buildInference, type InferenceDependencies } from '@trainyard/inference';
import type { FastifyInstance } from 'fastify';
import { encodePng } from '../fixtures/png.js';
import { atEnd, TEST_KEY } from '../setup/index.js';
import { type ClassResponse, IMAGE, randomPixels, type Serving } from './serving.js';

/** It is closed when the test file ends. */
export async function ownServer(
  serving: Omit<Serving, 'inference'>,
  options: Pick<InferenceDependencies, 'modelsMax' | 'logger'> = {},
): Promise<FastifyInstance> {
  const objectsDir = join(serving.environment.TRAINYARD_DATA_DIR, 'objects');
  const app = await buildInference({ ...serving, objectsDir, threads: 1, ...options });
  atEnd(() => app.close());
  return app;
}

const image = encodePng({ ...IMAGE, pixels: randomPixels(1) });

/** Asks an endpoint for a prediction of one image. `name` may have a query. */
export async function ask<T = ClassResponse>(
  server: FastifyInstance,
  name: string,
  { key = TEST_KEY, payload = image }: { key?: string; payload?: Buffer } = {},
): Promise<{ status: number; body: T }> {
  const [path, query] = name.split('?');
  const answer = await server.inject({
    method: 'POST',
    url: `/v1/endpoints/${path}/predict${query === undefined ? '' : `?${query}`}`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'image/png' },
    payload,
  });
  return { status: answer.statusCode, body: answer.json<T>() };
}
