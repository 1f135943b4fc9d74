import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

describe('GET /healthz', () => {
  it('200 without a key', async () => {
    expect((await supertest(api.app.server).get('/healthz').expect(200)).body).toEqual({ status: 'ok' });
  });
});

describe('GET /readyz', () => {
  it('200 without a key, with each part by name', async () => {
    expect((await supertest(api.app.server).get('/readyz').expect(200)).body).toEqual({
      status: 'ready',
      checks: { postgres: { ok: true }, redis: { ok: true }, storage: { ok: true } },
    });
  });
});

describe('GET /openapi.json', () => {
  it('200 without a key', async () => {
    const { body } = await supertest(api.app.server).get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
  });
});
