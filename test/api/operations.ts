// Every operation of the API, as its OpenAPI document has them.
import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';

const METHODS = ['get', 'post', 'patch', 'delete', 'head', 'options'] as const;

export interface Operation {
  method: (typeof METHODS)[number];
  /** With parameters in braces. */
  path: string;
  isPublic: boolean;
  operationId: string;
  responses: string[];
}

interface Documented {
  operationId: string;
  security?: unknown[];
  responses: Record<string, unknown>;
}

export interface Document {
  openapi: string;
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, { examples?: object[] }> };
}

export async function documentOf(app: FastifyInstance): Promise<Document> {
  return (await supertest(app.server).get('/openapi.json').expect(200)).body;
}

export async function operationsOf(app: FastifyInstance): Promise<Operation[]> {
  const { paths } = await documentOf(app);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { security, responses, operationId }]) => {
      const method = METHODS.find((known) => known === name);
      if (method === undefined) throw new Error(`The tests do not know the method of ${name} ${path}.`);
      return { method, path, isPublic: security?.length === 0, operationId, responses: Object.keys(responses) };
    }),
  );
}
