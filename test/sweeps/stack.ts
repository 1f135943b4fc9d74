// A Trainyard with workers as a client sees it over HTTP, for sweeps.
import type { Checkpoint, Dataset, Job, List, Sweep, Trial } from '@trainyard/contracts';
import supertest from 'supertest';
import { buildImageFolderZip } from '../fixtures/index.js';
import { createTestEnvironment, type Program, startApi, startWorker, TEST_KEY } from '../setup/index.js';

const PATIENCE_MS = 100_000;

export interface Stack {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object, status?: number): Promise<T>;
  picture(path: string): Promise<Buffer>;
  /** Striped images of three classes, once they have been read. */
  stripes(): Promise<Dataset>;
  startWorker(): Promise<Program>;
  /** Asks again and again until what it gets is so. */
  until<T>(path: string, holds: (value: T) => boolean): Promise<T>;
}

export async function startStack(workers: number): Promise<{ stack: Stack; workers: Program[] }> {
  const environment = { ...(await createTestEnvironment()), TRAINYARD_THREADS: '1' };
  await startApi(environment);
  const address = `http://127.0.0.1:${environment.TRAINYARD_PORT}`;
  const send = (method: 'get' | 'post', path: string) =>
    supertest(address)
      [method](path)
      .set({ authorization: `Bearer ${TEST_KEY}` });

  async function get<T>(path: string): Promise<T> {
    return (await send('get', path).expect(200)).body;
  }

  const stack: Stack = {
    get,
    startWorker: () => startWorker(environment),
    async post(path, body, status = 202) {
      const answer = await (body === undefined ? send('post', path) : send('post', path).send(body));
      if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    async picture(path) {
      const { body, headers } = await send('get', path).responseType('blob').expect(200);
      if (headers['content-type'] !== 'image/png') throw new Error(`${path}: ${headers['content-type']}`);
      return body;
    },
    async stripes() {
      const archive = await buildImageFolderZip({ classes: 3, perClass: 60, size: 16 });
      const { body } = await send('post', '/v1/datasets').attach('file', archive, 'stripes.zip').expect(202);
      return stack.until<Dataset>(`/v1/datasets/${body.id}`, ({ status }) => status === 'ready');
    },
    async until<T>(path: string, holds: (value: T) => boolean): Promise<T> {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const value = await get<T>(path);
        if (holds(value)) return value;
        if (Date.now() > deadline) throw new Error(`${path} is still ${JSON.stringify(value, null, 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
  return { stack, workers: await Promise.all(Array.from({ length: workers }, stack.startWorker)) };
}

export const sweepIn = (stack: Stack, id: string, holds: (sweep: Sweep) => boolean) =>
  stack.until<Sweep>(`/v1/sweeps/${id}`, holds);

export async function trialsOf(stack: Stack, id: string): Promise<Trial[]> {
  return (await stack.get<List<Trial>>(`/v1/sweeps/${id}/trials?limit=1000`)).data;
}

export async function jobsOf(stack: Stack, id: string): Promise<Job[]> {
  return (await stack.get<List<Job>>(`/v1/jobs?limit=100&sweep_id=${id}`)).data;
}

/** Oldest first. */
export async function digestsOf(stack: Stack, jobId: string): Promise<[epoch: number, digest: string][]> {
  const { data } = await stack.get<List<Checkpoint>>(`/v1/jobs/${jobId}/checkpoints?limit=100`);
  return data.sort((a, b) => a.step - b.step).map(({ epoch, digest }) => [epoch, digest]);
}
