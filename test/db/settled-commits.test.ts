// A transaction whose connection is lost at its commit: it has happened, and gives its result, or it has not.
import { isDatabaseUnavailable, migrate } from '@trainyard/db';
import { beforeAll, expect, it } from 'vitest';
import { openClient, type PrismaClient } from '../../packages/db/src/client.js';
import { settleCommits } from '../../packages/db/src/settled-commits.js';
import { atEnd, createEmptyDatabase } from '../setup/index.js';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.js';

let proxy: CuttingProxy;
let plain: PrismaClient;
let settling: PrismaClient;

beforeAll(async () => {
  const url = await createEmptyDatabase();
  await migrate(url);
  proxy = await startCuttingProxy(url);
  plain = openClient(proxy.url);
  settling = settleCommits(openClient(proxy.url), 5000);
  atEnd(() => Promise.all([plain.$disconnect(), settling.$disconnect()]));
});

const create = (client: PrismaClient, name: string) =>
  client.$transaction(async (tx) => (await tx.project.create({ data: { id: `prj_${name}`, name } })).name);

const isThere = async (name: string) => (await plain.project.count({ where: { name } })) === 1;

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  );
}

it('gives the result of one that was committed, where a plain client knows nothing of it', async () => {
  proxy.cutNextCommit('after');
  expect(isDatabaseUnavailable(await failureOf(create(plain, 'plain')))).toBe(true);
  expect(await isThere('plain')).toBe(true);

  proxy.cutNextCommit('after');
  expect(await create(settling, 'settled')).toBe('settled');
  expect(proxy.hasCut()).toBe(true);
  expect(await isThere('settled')).toBe(true);
});

it('fails with one that was not committed, so that it can be tried again', async () => {
  proxy.cutNextCommit('before');
  expect(isDatabaseUnavailable(await failureOf(create(settling, 'again')))).toBe(true);
  expect(proxy.hasCut()).toBe(true);
  expect(await isThere('again')).toBe(false);
  expect(await create(settling, 'again')).toBe('again');
});

it('marks transactions that come one after the other in one row, and those that write nothing not at all', async () => {
  const marks = async () => (await plain.transactionMark.findMany()).map(({ id, mark }) => `${id} ${mark}`).sort();
  const client = settleCommits(plain, 5000);
  const before = await marks();
  await create(client, 'one');
  const first = await marks();
  expect(first).toHaveLength(before.length + 1);
  await client.$transaction((tx) => tx.project.count());
  expect(await marks()).toEqual(first);
  await create(client, 'two');
  expect(await marks()).toHaveLength(first.length);
  expect(await marks()).not.toEqual(first);
});

it('passes on what the transaction throws itself', async () => {
  const work = settling.$transaction(async () => {
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
});
