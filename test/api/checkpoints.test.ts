import { createHash } from 'node:crypto';
import { exportPrefix } from '@trainyard/contracts';
import { createSession, uint8Tensor } from '@trainyard/runtime';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CLASSES, IMAGE, storedCheckpoint } from '../inference/serving.js';
import { exportOnceAsked, storedExport } from '../inference/stored-export.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

const newCheckpoint = (options = {}) => storedCheckpoint(by(), options);
const download = (id: string, format: string) => api.member.get(`/v1/checkpoints/${id}/download?format=${format}`);

const by = () => ({ db: api.db, store: api.store, projectId: api.member.projectId });

/** Of a checkpoint whose export is to be made first. */
async function exported(id: string, what = 'download') {
  const [answer] = await Promise.all([api.member.get(`/v1/checkpoints/${id}/${what}`), exportOnceAsked(by(), id)]);
  return answer;
}

/** What routes wait for exports by. */
interface Waiting {
  wait(analysis: { projectId: string; id: string }, ms: number): Promise<unknown>;
}

async function exportsOf(checkpointId: string) {
  return (await api.db.analyses.list(api.member.projectId, { kind: 'export', checkpointId })).data;
}

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
    const { body, status } = await exported(id);
    expect(status).toBe(200);
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

  it('exports an ONNX file once, however many ask for it, and again where its file was lost', async () => {
    const id = await newCheckpoint();
    const asked = [1, 2, 3].map(() => download(id, 'onnx').expect(200));
    const [together] = await Promise.all([Promise.all(asked), exportOnceAsked(by(), id)]);
    const later = await download(id, 'onnx').expect(200);
    for (const { body } of together) expect(later.body.equals(body)).toBe(true);
    expect(await exportsOf(id)).toHaveLength(1);
    await api.store.removePrefix(exportPrefix(id));
    expect((await exported(id)).body.equals(later.body)).toBe(true);
    expect(await exportsOf(id)).toHaveLength(2);
  });

  it('202 while an ONNX file is made, with when to ask again', async () => {
    const id = await newCheckpoint();
    const analyses: Waiting = Reflect.get(api.app, 'analyses');
    const wait = analyses.wait.bind(analyses);
    const hurrying = vi.spyOn(analyses, 'wait').mockImplementation((asked) => wait(asked, 1));
    for (const what of ['download', 'certificate', 'demo.html']) {
      const { body, headers } = await api.member.get(`/v1/checkpoints/${id}/${what}`).expect(202);
      expect(headers['retry-after']).toBe('2');
      expect(body).toMatchObject({ object: 'export', checkpoint_id: id, status: 'queued', error: null });
    }
    hurrying.mockRestore();
    expect(await exportsOf(id)).toHaveLength(1);
  });

  it('has the new weights where the checkpoint was written again', async () => {
    const id = await newCheckpoint();
    await storedExport(by(), id);
    const other = await api.store.readBytes(await storageKey(await newCheckpoint({ seed: 2 })));
    const { job_id: jobId } = await api.db.checkpoints.get(api.member.projectId, id);
    const key = `checkpoints/${jobId}/replaced.safetensors`;
    const { bytes, sha256 } = await api.store.write(key, other);
    const checkpoint = { epoch: 1, step: 1, metrics: { train: { loss: 1 }, validation: null }, best: true };
    const written = { ...checkpoint, bytes, digest: `sha256:${sha256}`, storageKey: key };
    await api.db.checkpoints.record({ id: jobId, attempt: 1 }, written);
    const { body } = await exported(id);
    const direct = await exported(await newCheckpoint({ seed: 2 }));
    expect(body.equals(direct.body)).toBe(true);
  });

  it('500 for a file that was damaged, and nothing of it is sent', async () => {
    const id = await newCheckpoint();
    const key = await storageKey(id);
    const bytes = Buffer.from(await api.store.readBytes(key));
    bytes[bytes.length - 1] ^= 1;
    await api.store.write(key, bytes);
    expectProblem(await download(id, 'safetensors'), 'checkpoint_corrupt');
    expectProblem(await exported(id), 'checkpoint_corrupt');
  });

  it('500 for a file that is gone', async () => {
    const id = await newCheckpoint();
    await api.store.remove(await storageKey(id));
    expectProblem(await download(id, 'safetensors'), 'checkpoint_corrupt');
    expectProblem(await exported(id), 'checkpoint_corrupt');
  });

  it('422 for another format', async () => {
    expectPointers(await download(await newCheckpoint(), 'h5'), 'invalid_request', ['/format']);
  });

  it('404 for none', async () => {
    expectProblem(await download('nothing', 'onnx'), 'not_found');
    expectProblem(await api.member.get('/v1/checkpoints/nothing'), 'not_found');
  });
});

describe('GET /v1/checkpoints/{id}/certificate', () => {
  it('200 with the figures that stand in the file', async () => {
    const id = await newCheckpoint();
    const { body: certificate } = await exported(id, 'certificate');
    expect(certificate).toMatchObject({ object: 'certificate', checkpoint_id: id, agrees: true });
    const { body: file, headers } = await download(id, 'onnx').expect(200);
    const { bytes, sha256 } = certificate.digests.graph;
    expect(createHash('sha256').update(file.subarray(0, bytes)).digest('hex')).toBe(sha256);
    expect(certificate.file).toEqual({ bytes: file.length, sha256: headers.etag.replaceAll('"', '') });
    expect(file.subarray(bytes).toString()).toContain(JSON.stringify(certificate.digests));
  });

  it('goes with its files when the job is deleted', async () => {
    const id = await newCheckpoint();
    await storedExport(by(), id);
    const { job_id: jobId } = await api.db.checkpoints.get(api.member.projectId, id);
    await api.db.jobs.fail({ id: jobId, attempt: 1 }, { code: 'training_diverged', message: 'It is over.' });
    await api.member.delete(`/v1/jobs/${jobId}`).expect(204);
    for await (const key of api.store.list(exportPrefix(id))) throw new Error(`there is ${key}`);
    expectProblem(await api.member.get(`/v1/checkpoints/${id}/certificate`), 'not_found');
  });
});

describe('GET /v1/checkpoints/{id}/demo.html', () => {
  it('200: one page with the model, which may load nothing', async () => {
    const id = await newCheckpoint();
    await storedExport(by(), id);
    const { text, headers } = await api.member.get(`/v1/checkpoints/${id}/demo.html`).expect(200);
    const { body: file } = await download(id, 'onnx').expect(200);
    // As a condition: where it fails, the page is not to be printed.
    expect(text.includes(file.toString('base64'))).toBe(true);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(/<(script|link|img|iframe)[^>]*\s(src|href)=/.test(text)).toBe(false);
    const again = await api.member.get(`/v1/checkpoints/${id}/demo.html`).expect(200);
    expect(again.headers.etag).toBe(headers.etag);
  });
});
