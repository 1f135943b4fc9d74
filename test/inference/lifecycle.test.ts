// How endpoints come, live and go: the processes of their models, and what is written down of them.
import { once } from 'node:events';
import type { Problem } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { startInference } from '../setup/index.js';
import {
  type Answer,
  IMAGE,
  isAlive,
  modelPids,
  png,
  post,
  predict,
  randomPixels,
  refused,
  startedEndpoint,
  startServing,
  storedCheckpoint,
  until,
} from './serving.js';

const serving = await startServing();
const image = png(encodePng({ ...IMAGE, pixels: randomPixels(1) }));

describe('an endpoint', () => {
  it('answers again after the process of its model was killed', async () => {
    await startedEndpoint(serving, 'killed');
    const before = await predict(serving, 'killed', image);
    const pid = modelPids(serving.inference).at(-1) ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
    const answer = await until(
      () => post<typeof before>(serving, 'killed', image),
      ({ status }) => status === 200,
    );
    expect(answer.body.predictions).toEqual(before.predictions);
    expect(modelPids(serving.inference).at(-1)).not.toBe(pid);
  });

  it('answers 503 with Retry-After to what its process had when it was killed, and the rest from the next one', async () => {
    await startedEndpoint(serving, 'interrupted');
    await predict(serving, 'interrupted', image);
    const pid = modelPids(serving.inference).at(-1) ?? 0;
    process.kill(pid, 'SIGSTOP');
    const answers = Array.from({ length: 80 }, () => post<Problem>(serving, 'interrupted', image));
    // Those that come after it is killed are answered by the next process.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.kill(pid, 'SIGKILL');
    const ended = await Promise.all(answers);
    const refusals = ended.filter(({ status }) => status !== 200);
    for (const { status, headers, body } of refusals) {
      expect([status, body.type]).toEqual([503, 'urn:trainyard:error:endpoint_not_ready']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    // It has at most two groups of 32.
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.length).toBeLessThanOrEqual(64);
    expect((await predict(serving, 'interrupted', image)).predictions).toHaveLength(1);
  });

  it('answers 429 with Retry-After where too many requests wait already, and the others later', async () => {
    await startedEndpoint(serving, 'crowded');
    const pid = modelPids(serving.inference).at(-1) ?? 0;
    process.kill(pid, 'SIGSTOP');
    const early: Answer<Problem>[] = [];
    const answers = Array.from({ length: 330 }, () => post<Problem>(serving, 'crowded', image));
    for (const answer of answers) answer.then((answered) => early.push(answered));
    // 256 wait, and the process has at most two groups of 32.
    await until(
      () => early.length,
      (count) => count >= 10,
    );
    for (const { status, headers, body } of early) {
      expect([status, body.type]).toEqual([429, 'urn:trainyard:error:overloaded']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    process.kill(pid, 'SIGCONT');
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(256);
  });

  it('shares the process of a checkpoint, which ends with the last endpoint that serves it', async () => {
    const checkpointId = await storedCheckpoint(serving);
    await startedEndpoint(serving, 'first', checkpointId);
    const pids = modelPids(serving.inference);
    await startedEndpoint(serving, 'second', checkpointId);
    expect(modelPids(serving.inference)).toEqual(pids);
    const pid = pids.at(-1) ?? 0;

    await serving.db.endpoints.remove(serving.projectId, 'first');
    await until(
      async () => (await post(serving, 'first', image)).status,
      (status) => status === 404,
    );
    expect((await predict(serving, 'second', image)).model.name).toBe('second');
    expect(isAlive(pid)).toBe(true);
    await serving.db.endpoints.remove(serving.projectId, 'second');
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });

  it('fails with a reason where its checkpoint does not match its digest', async () => {
    const checkpointId = await storedCheckpoint(serving);
    const { storageKey } = await serving.db.checkpoints.trainedModel(serving.projectId, checkpointId);
    const bytes = await serving.store.readBytes(storageKey);
    bytes[bytes.length - 1] ^= 1;
    await serving.store.write(storageKey, bytes);

    const endpoint = await startedEndpoint(serving, 'corrupt', checkpointId);
    expect(endpoint).toMatchObject({ status: 'failed', error: { code: 'checkpoint_corrupt' } });
    const { status, body } = await refused(serving, 'corrupt', image);
    expect([status, body.type]).toEqual([503, 'urn:trainyard:error:endpoint_not_ready']);
    expect(body.detail).toContain('digest');
  });

  it('fails with a reason where its weights are no numbers', async () => {
    const checkpointId = await storedCheckpoint(serving, { scale: Number.NaN });
    const endpoint = await startedEndpoint(serving, 'diverged', checkpointId);
    expect(endpoint).toMatchObject({ status: 'failed', error: { code: 'training_diverged' } });
  });

  it('is found again by a server that starts later, and its process ends with the server', async () => {
    const own = {
      ...serving,
      inference: await startInference({ ...serving.environment, TRAINYARD_INFERENCE_PORT: '0' }),
    };
    await startedEndpoint(serving, 'lasting');
    expect((await predict(own, 'lasting', image)).predictions).toHaveLength(1);
    const pid = modelPids(own.inference).at(-1) ?? 0;
    expect(isAlive(pid)).toBe(true);
    expect(await own.inference.stop()).toBe(0);
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });

  it('does not outlive a server that was killed', async () => {
    const own = {
      ...serving,
      inference: await startInference({ ...serving.environment, TRAINYARD_INFERENCE_PORT: '0' }),
    };
    await startedEndpoint(serving, 'orphan');
    await predict(own, 'orphan', image);
    const pid = modelPids(own.inference).at(-1) ?? 0;
    own.inference.process.kill('SIGKILL');
    await once(own.inference.process, 'exit');
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });
});

describe('the server', () => {
  it('says that it is alive and ready without a key', async () => {
    const url = `http://127.0.0.1:${serving.inference.port}`;
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', checks: { postgres: { ok: true }, storage: { ok: true } } });
  });
});
