// Which checkpoint answers a request, how its answer is put, and what is written down of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabelsPrediction } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { ask, ownServer } from './own-server.js';
import { CLASSES, IMAGE, openServing, randomPixels, startedEndpoint, storedCheckpoint, until } from './serving.js';

const serving = await openServing();
const { db, projectId } = serving;
let server: FastifyInstance;
let first: string;
let second: string;

beforeAll(async () => {
  server = await ownServer(serving);
  first = await storedCheckpoint(serving, { seed: 1 });
  second = await storedCheckpoint(serving, { seed: 2 });
  await startedEndpoint(serving, 'routed', first);
}, 60_000);

const get = () => db.endpoints.get(projectId, 'routed');
const update = (change: Parameters<typeof db.endpoints.update>[2]) => db.endpoints.update(projectId, 'routed', change);
/** Longer than it takes until a change is noticed. */
const noticed = () => sleep(1_000);

describe('an endpoint', () => {
  it('splits its traffic by weight, and each answer names the checkpoint that gave it', async () => {
    await update({ traffic: { checkpointId: second, share: 0.25 } });
    await until(get, ({ traffic }) => traffic?.[1].status === 'ready');
    await until(
      () => ask(server, 'routed'),
      ({ body }) => body.model.checkpoint_id === second,
    );
    const answers = await Promise.all(Array.from({ length: 80 }, () => ask(server, 'routed')));
    const of = (checkpoint: string) => answers.filter(({ body }) => body.model.checkpoint_id === checkpoint);
    expect(Math.abs(of(second).length - 20)).toBeLessThanOrEqual(2);
    expect(of(first).length + of(second).length).toBe(80);
    const given = (checkpoint: string) => new Set(of(checkpoint).map(({ body }) => body.predictions[0].confidence));
    expect([given(first).size, given(second).size]).toEqual([1, 1]);
    expect(given(first)).not.toEqual(given(second));

    await update({ traffic: null });
    // Of twelve in a row the other one would have had three.
    await until(
      () => Promise.all(Array.from({ length: 12 }, () => ask(server, 'routed'))),
      (all) => all.every(({ body }) => body.model.checkpoint_id === first),
    );
  }, 60_000);

  it('compares a shadow with what it answered, off the way of requests', async () => {
    await update({ shadow: { checkpointId: second, share: 1 } });
    await until(get, ({ shadow }) => shadow?.status === 'ready');
    await noticed();
    let agreed = 0;
    let largest = 0;
    const differences: number[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const payload = encodePng({ ...IMAGE, pixels: randomPixels(seed) });
      const { body } = await ask(server, 'routed', { payload });
      expect(body.model.checkpoint_id).toBe(first);
      const other = await predictionOf(second, payload);
      if (other.label === body.predictions[0].label) agreed++;
      for (const name of CLASSES) {
        differences.push(Math.abs(body.predictions[0].probabilities[name] - other.probabilities[name]));
      }
      largest = Math.max(largest, ...differences);
    }
    const { shadow } = await until(get, (endpoint) => {
      const { requests = 0, dropped = 0 } = endpoint.shadow?.agreement ?? {};
      return requests + dropped === 12;
    });
    expect(shadow).toMatchObject({ checkpoint_id: second, fraction: 1 });
    expect(shadow?.agreement).toMatchObject({ requests: 12, images: 12, agreed, failed: 0, hasClasses: true });
    expect(shadow?.agreement.differenceMax).toBeCloseTo(largest, 6);
    const sum = differences.reduce((total, difference) => total + difference, 0);
    expect(shadow?.agreement.differenceSum).toBeCloseTo(sum, 5);
    await update({ shadow: null });
  }, 60_000);

  it('names classes as it was told, and the most probable of them first', async () => {
    const { body: plain } = await ask(server, 'routed');
    await update({ settings: { labels: { square: 'Quadrat' }, top_k: 2 } });
    const { body } = await until(
      () => ask(server, 'routed'),
      (answer) => answer.body.predictions[0].top !== undefined,
    );
    const [named] = body.predictions;
    expect(Object.keys(named.probabilities)).toEqual(CLASSES.map((name) => (name === 'square' ? 'Quadrat' : name)));
    expect(named.confidence).toBe(plain.predictions[0].confidence);
    expect(named.top).toHaveLength(2);
    expect(named.top?.[0]).toEqual({ label: named.label, probability: named.confidence });
    const values = Object.values(named.probabilities).sort((a, b) => b - a);
    expect(named.top?.map(({ probability }) => probability)).toEqual(values.slice(0, 2));
    const [asked] = (await ask(server, 'routed?top_k=9')).body.predictions;
    expect(asked.top).toHaveLength(CLASSES.length);
    for (const query of ['top_k=0', 'top_k=x', 'top=3']) {
      expect([query, (await ask(server, `routed?${query}`)).status]).toEqual([query, 422]);
    }
  }, 60_000);

  it('gives the labels that reach their thresholds', async () => {
    const checkpointId = await storedCheckpoint(serving, {
      end: { type: 'dense', units: 'classes', activation: 'sigmoid' },
      found: { task: 'multilabel' },
    });
    await startedEndpoint(serving, 'labelled', checkpointId);
    const labels = async () => (await ask<{ predictions: LabelsPrediction[] }>(server, 'labelled')).body.predictions[0];
    const { probabilities } = await labels();
    const byProbability = CLASSES.toSorted((a, b) => probabilities[b] - probabilities[a]);
    const [least] = byProbability.slice(-1);
    await db.endpoints.update(projectId, 'labelled', { settings: { thresholds: 0 } });
    await until(labels, (prediction) => prediction.labels.length === CLASSES.length);
    const thresholds = Object.fromEntries(CLASSES.map((name) => [name, name === least ? probabilities[name] : 1]));
    await db.endpoints.update(projectId, 'labelled', { settings: { thresholds } });
    const expected = CLASSES.filter((name) => name === least || probabilities[name] === 1);
    await until(labels, (prediction) => prediction.labels.join() === expected.join());
  }, 60_000);
});

describe('what is written down of an endpoint', () => {
  it('counts requests, images and refusals by checkpoint and code, and how long answers took', async () => {
    // Until what was asked before is written down.
    await sleep(2_000);
    const before = (await get()).counts;
    await ask(server, 'routed');
    await ask(server, 'routed', { payload: Buffer.from('no image') });
    await ask(server, 'routed?top_k=0');
    const { counts, latency, load, batch_exact } = await until(
      get,
      (endpoint) => endpoint.counts.requests > before.requests && (endpoint.counts.errors.invalid_image ?? 0) > 0,
    );
    expect(counts.requests).toBe(before.requests + 1);
    expect(counts.images).toBe(before.images + 1);
    expect(counts.errors).toMatchObject({ invalid_image: 1 });
    expect(counts.by_checkpoint[first] + counts.by_checkpoint[second]).toBe(counts.requests);
    expect(latency?.p50_ms).toBeGreaterThan(0);
    expect(latency?.p99_ms).toBeGreaterThanOrEqual(latency?.p50_ms ?? 0);
    expect(batch_exact).toBe(true);
    expect(load.servers.map(({ checkpoint_id }) => checkpoint_id)).toContain(first);
    expect(load.servers[0].load_ms).toBeGreaterThan(0);
  }, 60_000);

  it('is still there after a restart, and the endpoint answers', async () => {
    const { counts } = await get();
    await server.close();
    const closed = await get();
    expect(closed).toMatchObject({ status: 'unloaded', load: { servers: [] } });
    expect(closed.counts.requests).toBeGreaterThanOrEqual(counts.requests);
    server = await ownServer(serving);
    const { body } = await until(
      () => ask(server, 'routed'),
      ({ status }) => status !== 503,
    );
    expect(body.model.checkpoint_id).toBe(first);
    await until(get, ({ status }) => status === 'ready');
    const { counts: after } = await until(get, (endpoint) => endpoint.counts.requests > closed.counts.requests);
    expect(after.requests).toBe(closed.counts.requests + 1);
  }, 60_000);
});

/** What a checkpoint says by itself. */
async function predictionOf(checkpointId: string, payload: Buffer) {
  const name = `own-${checkpointId.slice(-8)}`;
  const endpoints = await db.endpoints.list(projectId);
  if (!endpoints.data.some((endpoint) => endpoint.name === name)) await startedEndpoint(serving, name, checkpointId);
  return (await ask(server, name, { payload })).body.predictions[0];
}
