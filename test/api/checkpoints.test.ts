import { createHash } from 'node:crypto';
import { createSession, uint8Tensor } from '@trainyard/runtime';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CLASSES, IMAGE, storedCheckpoint } from '../inference/serving.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const newCheckpoint = (options = {}) =>
  storedCheckpoint({ db: api.db, store: api.store, projectId: api.member.projectId }, options);
const download = (id: string, format: string) => api.member.get(`/v1/checkpoints/${id}/download?format=${format}`);

async function storageKey(id: string): Promise<string> {
  return (await api.db.checkpoints.trainedModel(api.member.projectId, id)).storageKey;
}

describe('GET /v1/checkpoints/{id}/download', () => {
  it('200 for safetensors: the stored bytes, which match the digest', async () => {
    const id = await newCheckpoint();
    const { body: checkpoint } = await api.member.get(`/v1/checkpoints/${id}`).expect(200);
    const { body, headers } = await download(id, 'safetensors').expect(200);
    expect(`sha256:${createHash('sha256').update(body).digest('hex')}`).toBe(checkpoint.digest);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(checkpoint.bytes),
      'content-disposition': `attachment; filename="${id}.safetensors"`,
    });
  });

  it('200 for ONNX, which is the default and runs on pixels', async () => {
    const id = await newCheckpoint();
    const { body } = await api.member.get(`/v1/checkpoints/${id}/download`).expect(200);
    const session = await createSession(body, { device: 'cpu', threads: 1 });
    const shape = [2, IMAGE.height, IMAGE.width, IMAGE.channels];
    const pixels = new Uint8Array(shape.reduce((a, b) => a * b)).map((_, i) => (i * 37) % 256);
    const { probabilities } = await session.run({ image: uint8Tensor(pixels, shape) });
    expect(probabilities.shape).toEqual([2, CLASSES.length]);
    const [row] = [probabilities.data.subarray(0, CLASSES.length)];
    expect(Array.from(row).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(Buffer.from(body).includes(JSON.stringify(CLASSES))).toBe(true);
    await session.release();
  });

  it('compiles an ONNX file once, however many ask for it', async () => {
    const id = await newCheckpoint();
    const written = vi.spyOn(api.store, 'write');
    const together = await Promise.all([1, 2, 3].map(() => download(id, 'onnx').expect(200)));
    const later = await download(id, 'onnx').expect(200);
    expect(written).toHaveBeenCalledTimes(1);
    for (const { body } of together) expect(later.body.equals(body)).toBe(true);
    written.mockRestore();
  });

  it('409 where the checkpoint is replaced while its ONNX file is made, and the next download has the new weights', async () => {
    const id = await newCheckpoint();
    const other = await api.store.readBytes(await storageKey(await newCheckpoint({ seed: 2 })));
    const { job_id: jobId } = await api.db.checkpoints.get(api.member.projectId, id);
    const key = `checkpoints/${jobId}/replaced.safetensors`;
    const { bytes, sha256 } = await api.store.write(key, other);
    const write = api.store.write.bind(api.store);
    const replacing = vi.spyOn(api.store, 'write').mockImplementationOnce(async (...args) => {
      const checkpoint = { epoch: 1, step: 1, metrics: { train: { loss: 1 }, validation: null }, best: true };
      const fence = { id: jobId, attempt: 1 };
      await api.db.checkpoints.record(fence, { ...checkpoint, bytes, digest: `sha256:${sha256}`, storageKey: key });
      return write(...args);
    });
    expectProblem(await download(id, 'onnx'), 'conflict');
    replacing.mockRestore();
    const { body } = await download(id, 'onnx').expect(200);
    const direct = await download(await newCheckpoint({ seed: 2 }), 'onnx').expect(200);
    expect(body.equals(direct.body)).toBe(true);
  });

  it('500 for a file that was damaged, and nothing of it is sent', async () => {
    const id = await newCheckpoint();
    const key = await storageKey(id);
    const bytes = Buffer.from(await api.store.readBytes(key));
    bytes[bytes.length - 1] ^= 1;
    await api.store.write(key, bytes);
    expectProblem(await download(id, 'safetensors'), 'checkpoint_corrupt');
    expectProblem(await download(id, 'onnx'), 'checkpoint_corrupt');
  });

  it('500 for a file that is gone', async () => {
    const id = await newCheckpoint();
    await api.store.remove(await storageKey(id));
    expectProblem(await download(id, 'safetensors'), 'checkpoint_corrupt');
    expectProblem(await download(id, 'onnx'), 'checkpoint_corrupt');
  });

  it('422 for another format', async () => {
    expectPointers(await download(await newCheckpoint(), 'h5'), 'invalid_request', ['/format']);
  });

  it('404 for none', async () => {
    expectProblem(await download('nothing', 'onnx'), 'not_found');
    expectProblem(await api.member.get('/v1/checkpoints/nothing'), 'not_found');
  });
});
