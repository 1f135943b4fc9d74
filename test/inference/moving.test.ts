// Endpoints that are moved to another checkpoint while they are asked without a pause.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, ownServer } from './own-server.js';
import { openServing, startedEndpoint, storedCheckpoint, until } from './serving.js';

const serving = await openServing();
const { db, projectId } = serving;

let servers: FastifyInstance[];
let first: string;
let second: string;

beforeAll(async () => {
  servers = await Promise.all([ownServer(serving), ownServer(serving)]);
  first = await storedCheckpoint(serving, { seed: 1 });
  second = await storedCheckpoint(serving, { seed: 2 });
}, 60_000);

/** Asks a server one request after another until it is told to stop. */
function steadily(server: FastifyInstance, name: string) {
  const answers: { status: number; checkpoint: string; probabilities: string }[] = [];
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const { status, body } = await ask(server, name);
      const probabilities = JSON.stringify(body.predictions?.[0].probabilities);
      answers.push({ status, checkpoint: body.model?.checkpoint_id, probabilities });
      await sleep(2);
    }
  })();
  return {
    answers,
    stop: () => {
      isOver = true;
      return done;
    },
  };
}

const get = (name: string) => db.endpoints.get(projectId, name);
const move = (name: string, checkpointId: string) => db.endpoints.update(projectId, name, { checkpointId });
const settled = (name: string) =>
  until(
    () => get(name),
    ({ moving_to }) => moving_to === null,
  );
const answeredBy = (server: FastifyInstance, name: string, checkpoint: string) =>
  until(
    () => ask(server, name),
    ({ body }) => body.model?.checkpoint_id === checkpoint,
  );

describe('an endpoint that moves', () => {
  it('there and back loses no request on either of two servers, each of which has one checkpoint after the other', async () => {
    await startedEndpoint(serving, 'steady', first);
    for (const server of servers) await answeredBy(server, 'steady', first);
    const streams = servers.flatMap((server) => [steadily(server, 'steady'), steadily(server, 'steady')]);

    for (const target of [second, first]) {
      expect((await move('steady', target)).moving_to?.checkpoint_id).toBe(target);
      expect(await settled('steady')).toMatchObject({
        status: 'ready',
        checkpoint_id: target,
        last_move: { checkpoint_id: target, error: null },
      });
      for (const server of servers) await answeredBy(server, 'steady', target);
    }
    await Promise.all(streams.map(({ stop }) => stop()));

    for (const { answers } of streams) {
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const turns = answers.filter((answer, place) => answer.checkpoint !== answers[place - 1]?.checkpoint);
      expect(turns.map(({ checkpoint }) => checkpoint)).toEqual([first, second, first]);
      // What an answer says of its checkpoint is true.
      const [before, between, after] = turns.map(({ probabilities }) => probabilities);
      expect(before).toBe(after);
      expect(between).not.toBe(before);
    }
  }, 60_000);

  it('to a checkpoint that is damaged goes on with its own, and says why', async () => {
    const damaged = await storedCheckpoint(serving, { seed: 3 });
    const { storageKey } = await db.checkpoints.trainedModel(projectId, damaged);
    const bytes = await serving.store.readBytes(storageKey);
    bytes[bytes.length - 1] ^= 1;
    await serving.store.write(storageKey, bytes);
    const stream = steadily(servers[0], 'steady');

    await move('steady', damaged);
    expect(await settled('steady')).toMatchObject({
      status: 'ready',
      checkpoint_id: first,
      error: null,
      last_move: { checkpoint_id: damaged, role: 'move', error: { code: 'checkpoint_corrupt' } },
    });
    await db.endpoints.update(projectId, 'steady', { traffic: { checkpointId: damaged, share: 0.5 } });
    await until(
      () => get('steady'),
      ({ traffic }) => traffic === null,
    );
    expect((await get('steady')).last_move).toMatchObject({ role: 'traffic', error: { code: 'checkpoint_corrupt' } });
    await stream.stop();
    expect(stream.answers.length).toBeGreaterThan(10);
    expect(new Set(stream.answers.map(({ status, checkpoint }) => `${status} ${checkpoint}`))).toEqual(
      new Set([`200 ${first}`]),
    );
  }, 60_000);
});

describe('several servers', () => {
  it('refuse a revoked key within a second, and know an endpoint by its new name', async () => {
    const { id, secret } = await db.keys.create({ projectId, name: 'brief', role: 'member' });
    const asked = async () => (await ask(servers[1], 'steady', { key: secret })).status;
    expect(await asked()).toBe(200);
    await db.keys.revoke(projectId, id);
    await sleep(1_050);
    expect(await asked()).toBe(401);

    await db.endpoints.update(projectId, 'steady', { name: 'renamed' });
    for (const server of servers) {
      await until(
        () => ask(server, 'steady'),
        ({ status }) => status === 404,
      );
      expect((await ask(server, 'renamed')).status).toBe(200);
    }
  }, 60_000);
});
