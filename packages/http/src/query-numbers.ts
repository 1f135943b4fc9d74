/** A query string is text. This reads what the route's schema calls a number or a boolean, so that no body is coerced. */
import type { FastifyRequest, preValidationHookHandler } from 'fastify';

const NUMBER = /^-?\d+(\.\d+)?$/;

export const readQueryNumbers: preValidationHookHandler = (request, _reply, done) => {
  readNumbers(request);
  done();
};

function readNumbers(request: FastifyRequest): void {
  const { query } = request;
  const schema = request.routeOptions.schema?.querystring;
  if (query === null || typeof query !== 'object' || schema === null || typeof schema !== 'object') return;
  const properties: Record<string, { type?: unknown }> = Reflect.get(schema, 'properties') ?? {};
  for (const [name, property] of Object.entries(properties)) {
    const text: unknown = Reflect.get(query, name);
    if (typeof text === 'string') Reflect.set(query, name, readAs(property.type, text));
  }
}

function readAs(type: unknown, text: string): unknown {
  if ((type === 'integer' || type === 'number') && NUMBER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
