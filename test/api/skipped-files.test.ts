import { SKIP_KINDS, type SkippedFile, type SkippedFileItem } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { ERROR, readyDataset, uploadedDataset, WORKER } from '../db/rows.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const pathOf = (id: string) => `/v1/datasets/${id}/skipped`;

/** Names of many lengths, in letters of several bytes as well. */
const skippedFile = (index: number): SkippedFile => ({
  file: `classes/${'kätzchen-猫/'.repeat(index % 40)}${index}.png`,
  reason: `No image can be read ("${index}")\n`,
  code: index % 2 === 0 ? 'unreadable_image' : 'not_an_image',
});

async function withSkipped(count: number, closingLine = true): Promise<{ id: string; files: SkippedFile[] }> {
  const { id } = await readyDataset(api.db, api.member.projectId);
  const files = Array.from({ length: count }, (_, index) => skippedFile(index));
  const lines = files.map((file) => JSON.stringify(file)).join('\n');
  await api.store.write(`datasets/${id}/skipped.jsonl`, Buffer.from(lines + (closingLine && count > 0 ? '\n' : '')));
  return { id, files };
}

async function pagesOf(id: string, limit: number): Promise<SkippedFileItem[][]> {
  const pages: SkippedFileItem[][] = [];
  for (let after = ''; ; ) {
    const { body } = await api.member.get(`${pathOf(id)}?limit=${limit}${after}`).expect(200);
    pages.push(body.data);
    expect(body.has_more).toBe(body.next_cursor !== null);
    if (!body.has_more) return pages;
    after = `&after=${body.next_cursor}`;
  }
}

describe('GET /v1/datasets/{id}/skipped', () => {
  it.each([
    [950, 100, true],
    [950, 100, false],
    [200, 100, true],
    [7, 1, true],
    [0, 20, true],
  ])('200 with each of %i files once, by %i a page', async (count, limit, closingLine) => {
    const { id, files } = await withSkipped(count, closingLine);
    const pages = await pagesOf(id, limit);
    expect(pages).toHaveLength(Math.max(1, Math.ceil(count / limit)));
    expect(pages.flat()).toEqual(
      files.map(({ file, reason, code }) => ({ file, code, reason, remedy: SKIP_KINDS[code].remedy })),
    );
  });

  it('422 for a place where no page ends', async () => {
    const { id } = await withSkipped(3);
    for (const after of ['5', '0', '-1', '1e9', '99999999', 'x']) {
      expectPointers(await api.member.get(`${pathOf(id)}?after=${after}`), 'invalid_request', ['/after']);
    }
    expectPointers(await api.member.get(`${pathOf(id)}?limit=0`), 'invalid_request', ['/limit']);
  });

  it('200 for one that failed because of them, and 409 for one that failed otherwise', async () => {
    const { db, store, member } = api;
    const { id } = await uploadedDataset(db, member.projectId);
    const claim = await db.datasets.claim(id, WORKER);
    await db.datasets.markFailed(claim!, ERROR);
    expectProblem(await member.get(pathOf(id)), 'dataset_not_ready');
    await store.write(`datasets/${id}/skipped.jsonl`, Buffer.from(`${JSON.stringify(skippedFile(1))}\n`));
    expect(await pagesOf(id, 20)).toMatchObject([[skippedFile(1)]]);
  });

  it('409 before it is read, and 404 for one of another project', async () => {
    const waiting = await uploadedDataset(api.db, api.member.projectId);
    expectProblem(await api.member.get(pathOf(waiting.id)), 'dataset_not_ready');
    const { id } = await withSkipped(1);
    expectProblem(await api.stranger.get(pathOf(id)), 'not_found');
  });
});
