import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPointers, expectProblem } from './problem.js';
import { caller, createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

describe('POST /v1/projects', () => {
  it('201', async () => {
    const { body } = await api.operator.post('/v1/projects', { name: 'cats' }).expect(201);
    expect(body).toMatchObject({ object: 'project', name: 'cats', id: expect.stringMatching(/^prj_/) });
  });

  it('403 for a member', async () => {
    expectProblem(await api.member.post('/v1/projects', { name: 'mine' }), 'forbidden');
  });

  it('409 for a name that is taken', async () => {
    expectProblem(await api.operator.post('/v1/projects', { name: 'default' }), 'name_taken');
  });

  it('422 for no name and an unknown field', async () => {
    expectPointers(await api.operator.post('/v1/projects', { nmae: 'x' }), 'invalid_request', ['/name', '/nmae']);
  });

  it('400 for a body that is no JSON', async () => {
    const request = api.operator.post('/v1/projects').set('content-type', 'application/json').send('{"name":');
    expectProblem(await request, 'invalid_json');
  });

  it('415 for a form', async () => {
    expectProblem(await api.operator.post('/v1/projects').type('form').send({ name: 'x' }), 'unsupported_media_type');
  });

  it('422 for a name that Postgres cannot hold', async () => {
    expectPointers(await api.operator.post('/v1/projects', { name: 'a\0b' }), 'invalid_request', ['/name']);
    const halfPair = api.operator.post('/v1/projects').set('content-type', 'application/json');
    expectPointers(await halfPair.send('{"name":"\\ud800"}'), 'invalid_request', ['/name']);
  });
});

describe('GET /v1/projects', () => {
  it('200, newest first', async () => {
    const { body } = await api.operator.get('/v1/projects').expect(200);
    const names = body.data.map((project: { name: string }) => project.name);
    expect(names.slice(-2)).toEqual(['other', 'default']);
  });

  it('200 page by page without gap or double', async () => {
    const all = await api.operator.get('/v1/projects').expect(200);
    const first = await api.operator.get('/v1/projects?limit=1').expect(200);
    expect(first.body).toMatchObject({ has_more: true, next_cursor: all.body.data[0].id });
    const rest = await api.operator.get(`/v1/projects?limit=100&after=${first.body.next_cursor}`).expect(200);
    expect([...first.body.data, ...rest.body.data]).toEqual(all.body.data);
    expect(rest.body).toMatchObject({ has_more: false, next_cursor: null });
  });

  it('403 for a member', async () => {
    expectProblem(await api.member.get('/v1/projects'), 'forbidden');
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'limit=1.5', 'limit=1&limit=2'])('422 for ?%s', async (query) => {
    expectPointers(await api.operator.get(`/v1/projects?${query}`), 'invalid_request', ['/limit']);
  });

  it('422 for an unknown parameter and for NUL', async () => {
    expectPointers(await api.operator.get('/v1/projects?page=2'), 'invalid_request', ['/page']);
    expectPointers(await api.operator.get('/v1/projects?after=%00'), 'invalid_request', ['/after']);
  });
});

describe('POST /v1/keys', () => {
  it('201 with a secret that works and is shown once', async () => {
    const { body: key } = await api.member.post('/v1/keys', { name: 'notebook' }).expect(201);
    expect(key).toMatchObject({ object: 'key', role: 'member', project_id: api.member.projectId, revoked_at: null });
    await caller(api.app, key.secret, key.project_id).get('/v1/models').expect(200);
    const { body: list } = await api.member.get('/v1/keys').expect(200);
    expect(list.data[0]).toMatchObject({ id: key.id, hint: key.secret.slice(-4) });
    expect(JSON.stringify(list)).not.toContain(key.secret);
  });

  it('201 for an operator, for any project and role', async () => {
    const body = { name: 'ops', role: 'operator', project_id: api.stranger.projectId };
    const { body: key } = await api.operator.post('/v1/keys', body).expect(201);
    expect(key).toMatchObject({ role: 'operator', project_id: api.stranger.projectId });
  });

  it('403 for a member that asks for an operator', async () => {
    expectProblem(await api.member.post('/v1/keys', { name: 'up', role: 'operator' }), 'forbidden');
  });

  it('404 for a member that asks for another project, and for a project that is none', async () => {
    const elsewhere = { name: 'x', project_id: api.stranger.projectId };
    expectProblem(await api.member.post('/v1/keys', elsewhere), 'not_found');
    const nowhere = { name: 'x', project_id: `prj_${'0'.repeat(26)}` };
    expectProblem(await api.operator.post('/v1/keys', nowhere), 'not_found');
  });

  it('422 for another role and for an id that is none', async () => {
    const body = { name: '', role: 'admin', project_id: 'default' };
    const { errors } = expectPointers(await api.operator.post('/v1/keys', body), 'invalid_request', [
      '/name',
      '/role',
      '/project_id',
    ]);
    expect(errors?.[1].detail).toBe('Expected one of "operator", "member"; received "admin".');
    expect(errors?.[2].detail).toBe('Expected an id that begins with prj_; received "default".');
  });
});

describe('GET /v1/keys', () => {
  it('200 with the keys of the own project alone', async () => {
    const { body } = await api.member.get('/v1/keys').expect(200);
    const projects = new Set(body.data.map((key: { project_id: string }) => key.project_id));
    expect([...projects]).toEqual([api.member.projectId]);
  });
});

describe('DELETE /v1/keys/{id}', () => {
  it('200, and the key stops working at once', async () => {
    const { body: key } = await api.member.post('/v1/keys', { name: 'short' }).expect(201);
    const user = caller(api.app, key.secret, key.project_id);
    await user.get('/v1/keys').expect(200);
    const { body } = await api.member.delete(`/v1/keys/${key.id}`).expect(200);
    expect(body).toMatchObject({ id: key.id, revoked_at: expect.any(String) });
    expectProblem(await user.get('/v1/keys'), 'unauthorized');
  });

  it('403 for a member and the key of an operator', async () => {
    const { body } = await api.member.get('/v1/keys?limit=100').expect(200);
    const bootstrap = body.data.find((key: { role: string }) => key.role === 'operator');
    expectProblem(await api.member.delete(`/v1/keys/${bootstrap.id}`), 'forbidden');
    await api.operator.get('/v1/keys').expect(200);
  });

  it('404 for the key of another project, and for none', async () => {
    const { body: key } = await api.stranger.post('/v1/keys', { name: 'theirs' }).expect(201);
    expectProblem(await api.member.delete(`/v1/keys/${key.id}`), 'not_found');
    await caller(api.app, key.secret, key.project_id).get('/v1/keys').expect(200);
    expectProblem(await api.operator.delete('/v1/keys/nothing'), 'not_found');
  });
});

describe('Authorization', () => {
  it.each([
    ['no key', undefined],
    ['an unknown key', 'Bearer ty_unknown'],
    ['another scheme', 'Basic b3A6cGFzcw=='],
    ['a key with characters that no key has', 'Bearer \u00e4\u00f6'],
  ])('401 for %s', async (_, authorization) => {
    const request = supertest(api.app.server).get('/v1/jobs');
    const answer = await (authorization === undefined ? request : request.set({ authorization }));
    expectProblem(answer, 'unauthorized');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});
