import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authentication } from './authentication.js';
import { createServer } from './create-server.js';

const adam = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: { type: { const: 'adam' }, beta: { type: 'number' } },
};
const sgd = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: { type: { const: 'sgd' }, momentum: { type: 'number' } },
};
const weights = { type: 'object', additionalProperties: { type: 'number', minimum: 0 } };
const body = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1 },
    epochs: { type: 'integer', minimum: 1 },
    optimizer: { anyOf: [adam, sgd] },
    shape: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'array' }] } },
    weights: { anyOf: [{ anyOf: [{ type: 'string', const: 'balanced' }, weights] }, { type: 'null' }] },
  },
};

describe('a server', () => {
  let app: FastifyInstance;

  beforeAll(async () => {
    app = await createServer();
    app.post('/things', { schema: { body } }, async (request) => request.body);
    app.get('/things/:id', async () => {
      throw new TrainyardError('not_found', 'There is no such thing.');
    });
    app.get(
      '/things',
      {
        schema: {
          querystring: {
            type: 'object',
            additionalProperties: false,
            properties: { limit: { type: 'integer', minimum: 1 } },
          },
        },
      },
      async (request) => request.query,
    );
    app.get('/broken', async () => {
      throw new Error('the password is in /etc/secret', { cause: new Error('disk') });
    });
    app.post('/v2', { schema: { body } }, async (request) => request.body);
    app.post('/v2/overloaded', async () => {
      throw new TrainyardError('overloaded', '64 requests wait already.');
    });
    app.post('/v2/broken', async () => {
      throw new Error('the password is in /etc/secret');
    });
    await app.register(async (scope) => {
      await scope.register(authentication, {
        keys: {
          authenticate: async (secret) =>
            secret === 'right' ? { keyId: 'key_1', projectId: 'prj_1', role: 'member' } : null,
        },
      });
      scope.get('/private', async (request) => request.principal);
    });
    await app.ready();
  });

  afterAll(() => app.close());

  async function errorsOf(payload: object) {
    const answer = await app.inject({ method: 'POST', url: '/things', payload });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.statusCode).toBe(422);
    return answer.json().errors;
  }

  it('reports every error of a body with its pointer', async () => {
    expect(await errorsOf({ epochs: 0, nmae: 'x' })).toEqual([
      { pointer: '/name', detail: 'Required, but missing.' },
      { pointer: '/nmae', detail: 'Unknown field. The fields here are name, epochs, optimizer, shape, weights.' },
      { pointer: '/epochs', detail: 'Expected at least 1; received 0.' },
    ]);
  });

  it('coerces nothing in a body', async () => {
    expect(await errorsOf({ name: 5, epochs: '3' })).toEqual([
      { pointer: '/name', detail: 'Expected a string; received 5.' },
      { pointer: '/epochs', detail: 'Expected a whole number; received "3".' },
    ]);
  });

  it('names the unknown field in the member of a union that was meant', async () => {
    expect(await errorsOf({ name: 'a', optimizer: { type: 'sgd', beta: 1 } })).toEqual([
      { pointer: '/optimizer/beta', detail: 'Unknown field. The fields here are type, momentum.' },
    ]);
  });

  it('says which members a union has, once', async () => {
    expect(await errorsOf({ name: 'a', optimizer: { type: 'lion' } })).toEqual([
      { pointer: '/optimizer/type', detail: 'Expected one of "adam", "sgd"; received "lion".' },
    ]);
    expect(await errorsOf({ name: 'a', optimizer: 'adam' })).toEqual([
      { pointer: '/optimizer', detail: 'Expected an object; received "adam".' },
    ]);
    expect(await errorsOf({ name: 'a', shape: ['ok', 4, {}] })).toEqual([
      { pointer: '/shape/1', detail: 'Expected a string or an array; received 4.' },
      { pointer: '/shape/2', detail: 'Expected a string or an array; received an object.' },
    ]);
  });

  it('names the member that was meant in a union within a union', async () => {
    expect(await errorsOf({ name: 'a', weights: { cat: 1, dog: -1 } })).toEqual([
      { pointer: '/weights/dog', detail: 'Expected at least 0; received -1.' },
    ]);
    expect(await errorsOf({ name: 'a', weights: 3 })).toEqual([
      { pointer: '/weights', detail: 'Expected a string or an object or null; received 3.' },
    ]);
  });

  it('reads numbers in a query, and only there', async () => {
    expect((await app.inject('/things?limit=5')).json()).toEqual({ limit: 5 });
    const answer = await app.inject('/things?limit=many&x=1');
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/x', '/limit']);
  });

  it.each([
    [
      '400 for a body that is no JSON',
      { payload: '{"a":', headers: { 'content-type': 'application/json' } },
      400,
      'invalid_json',
    ],
    [
      '400 for a poisoned prototype',
      { payload: '{"__proto__":{}}', headers: { 'content-type': 'application/json' } },
      400,
      'invalid_json',
    ],
    [
      '415 for another content type',
      { payload: 'name=a', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    ['415 for no content type', { payload: 'name=a' }, 415, 'unsupported_media_type'],
    ['413 for a body over the limit', { payload: { name: 'x'.repeat(2 ** 20) } }, 413, 'payload_too_large'],
    ['422 for no body', { headers: { 'content-type': 'application/json' } }, 422, 'invalid_request'],
    ['422 for a text that cannot be stored', { payload: { name: 'a\0' } }, 422, 'invalid_request'],
  ])('answers %s', async (_, request, status, code) => {
    const answer = await app.inject({ method: 'POST', url: '/things', ...request });
    expect([answer.statusCode, answer.json().type]).toEqual([status, `urn:trainyard:error:${code}`]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('answers 404 where there is nothing and 405 with Allow where the method is wrong', async () => {
    expect((await app.inject('/nothing')).json()).toMatchObject({ status: 404, instance: '/nothing' });
    const answer = await app.inject({ method: 'DELETE', url: '/things' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('answers 400 for a broken escape in the address', async () => {
    expect((await app.inject('/things/%zz')).json()).toMatchObject({ status: 400 });
  });

  it.each([
    ['/v2', 400, /^\/name: Required, but missing\. \/epochs: Expected at least 1/],
    ['/v2/overloaded', 429, /wait already/],
    ['/v2/broken', 500, /log of the process/],
    ['/v2/nothing', 404, /nothing at this address/],
    ['/v2/%zz', 400, /percent escape/],
  ])('answers {"error"} at %s, as the inference protocol has it', async (url, status, error) => {
    const answer = await app.inject({ method: 'POST', url, payload: { epochs: 0 } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/json']);
    expect(answer.json()).toEqual({ error: expect.stringMatching(error) });
    expect(answer.headers['retry-after']).toBe(status === 429 ? '1' : undefined);
  });

  it('has problem details for an address that only begins like the protocol’s', async () => {
    expect((await app.inject('/v20')).json()).toMatchObject({ status: 404, instance: '/v20' });
  });

  it('shows nothing of an unexpected error', async () => {
    const answer = await app.inject('/broken');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/password|disk|at /);
  });

  it('answers a request id, the client’s own where it is usable', async () => {
    expect((await app.inject('/things')).headers['x-request-id']).toMatch(/^req_/);
    expect((await app.inject({ url: '/things', headers: { 'x-request-id': 'mine-1' } })).headers['x-request-id']).toBe(
      'mine-1',
    );
    expect((await app.inject({ url: '/things', headers: { 'x-request-id': 'a b' } })).headers['x-request-id']).toMatch(
      /^req_/,
    );
  });

  it.each([undefined, 'Bearer wrong', 'Basic cmlnaHQ=', 'Bearer', 'right'])(
    'answers 401 for Authorization: %s',
    async (authorization) => {
      const answer = await app.inject({
        url: '/private',
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
    },
  );

  it('tells a handler whose key it was', async () => {
    const answer = await app.inject({ url: '/private', headers: { authorization: 'bearer right' } });
    expect(answer.json()).toEqual({ keyId: 'key_1', projectId: 'prj_1', role: 'member' });
  });

  it('closes at once although a client has a connection on which it asked nothing', async () => {
    const server = await createServer();
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = addressOf(server);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    socket.resume();
    await server.close();
    await ended;
  });

  it('answers what it has begun before it closes', async () => {
    const server = await createServer();
    server.get('/slow', async (request) => {
      await once(request.server.closing, 'abort');
      return { closing: true };
    });
    const origin = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = fetch(`${origin}/slow`);
    await expect
      .poll(() => new Promise((resolve) => server.server.getConnections((_, count) => resolve(count))))
      .toBe(1);
    await delay(100);
    await server.close();
    expect(await (await answer).json()).toEqual({ closing: true });
  });

  it('answers what is not HTTP with a problem, too', async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const address = addressOf(app);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(address.port, address.address, () => socket.end('NOT HTTP\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk)).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('application/problem+json');
  });
});

function addressOf({ server }: { server: Server }): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address;
}
