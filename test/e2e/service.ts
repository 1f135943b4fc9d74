// A whole Trainyard, every program a process of its own, as a client sees it over HTTP.
import type { Dataset, DatasetOptions, Job, PredictResponse } from '@trainyard/contracts';
import supertest from 'supertest';
import { expect } from 'vitest';
import { buildImageFolderZip } from '../fixtures/index.js';
import type { ClassResponse } from '../inference/serving.js';
import { createTestEnvironment, startApi, startInference, startWorker, TEST_KEY } from '../setup/index.js';

const POLL_MS = 150;
const PATIENCE_MS = 100_000;

let shared: Promise<Service> | undefined;

export class Service {
  readonly address: string;
  readonly authorization = { authorization: `Bearer ${TEST_KEY}` };

  private constructor(address: string) {
    this.address = address;
  }

  /** The same for all who ask in one test file. */
  static shared(): Promise<Service> {
    shared ??= Service.start();
    return shared;
  }

  /** `serving`: whether models are to be served as well. */
  static async start({ serving = true } = {}): Promise<Service> {
    const environment = await createTestEnvironment();
    await startApi(environment);
    await Promise.all([startWorker(environment), ...(serving ? [startInference(environment)] : [])]);
    return new Service(`http://127.0.0.1:${environment.TRAINYARD_PORT}`);
  }

  async get<T>(path: string): Promise<T> {
    const { body } = await this.#send('get', path).expect(200);
    return body;
  }

  async post<T>(path: string, body: object, status: number): Promise<T> {
    const answer = await this.#send('post', path).send(body);
    if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Polls until the resource has left the states that it passes through. */
  async settled<T extends { status: string }>(path: string, passing: string[]): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const resource = await this.get<T>(path);
      if (!passing.includes(resource.status)) return resource;
      if (Date.now() > deadline) throw new Error(`${path} is still ${resource.status}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Images of striped patterns, so many of each class, once they have been read. */
  async dataset(
    name: string,
    folders: { classes: readonly string[]; perClass: number; size: number },
  ): Promise<Dataset> {
    return this.upload(name, await buildImageFolderZip(folders));
  }

  /** What became of an archive, once it has been read. */
  async upload(name: string, archive: Buffer, options: DatasetOptions = {}): Promise<Dataset> {
    const { body } = await this.#send('post', '/v1/datasets')
      .field('name', name)
      .field('options', JSON.stringify(options))
      .attach('file', archive, `${name}.zip`)
      .expect(202);
    expect(body).toMatchObject({ object: 'dataset', status: 'processing' });
    return this.settled<Dataset>(`/v1/datasets/${body.id}`, ['uploading', 'processing']);
  }

  /** A job that is over. */
  async trained(body: object): Promise<Job> {
    const { id } = await this.post<Job>('/v1/jobs', body, 202);
    return this.settled<Job>(`/v1/jobs/${id}`, ['queued', 'preparing', 'running']);
  }

  /** Serves a job's best checkpoint. */
  async serve(name: string, job: Job): Promise<void> {
    await this.post('/v1/endpoints', { name, job_id: job.id }, 201);
    await this.settled(`/v1/endpoints/${name}`, ['starting']);
  }

  predict<R extends PredictResponse = ClassResponse>(endpoint: string, images: Uint8Array[]): Promise<R> {
    const instances = images.map((image) => Buffer.from(image).toString('base64'));
    return this.post(`/v1/endpoints/${endpoint}/predict`, { instances }, 200);
  }

  /** Asks again where an ONNX file is still made. */
  async download(checkpointId: string, format: string): Promise<Uint8Array> {
    const path = `/v1/checkpoints/${checkpointId}/download?format=${format}`;
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { body, status } = await this.#send('get', path).responseType('blob');
      if (status === 200) return body;
      if (status !== 202 || Date.now() > deadline) throw new Error(`${path}: ${status} ${body}`);
    }
  }

  async picture(path: string): Promise<Buffer> {
    const { body, headers } = await this.#send('get', path).responseType('blob').expect(200);
    if (headers['content-type'] !== 'image/png') throw new Error(`expected a PNG; received ${headers['content-type']}`);
    return body;
  }

  #send(method: 'get' | 'post', path: string) {
    return supertest(this.address)[method](path).set(this.authorization);
  }
}
