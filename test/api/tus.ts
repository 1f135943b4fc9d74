// Speaks tus 1.0 with an API over bare HTTP, so that nothing of the protocol is done by a client library.
import { createHash } from 'node:crypto';
import { type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface TusAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface TusRequest {
  method: string;
  path?: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array | string;
  /** Leaves `Tus-Resumable` out. */
  isBare?: boolean;
}

export const BYTES = 'application/offset+octet-stream';

export class TusClient {
  readonly #port: number;
  readonly #secret: string;

  constructor(port: number, secret: string) {
    this.#port = port;
    this.#secret = secret;
  }

  /** A request whose body the caller writes. */
  open({ method, path = '/v1/uploads', headers = {}, isBare = false }: TusRequest): {
    sent: ClientRequest;
    answer: Promise<TusAnswer>;
  } {
    const version = isBare ? {} : { 'tus-resumable': '1.0.0' };
    const authorization = `Bearer ${this.#secret}`;
    const sent = request({ port: this.#port, method, path, headers: { authorization, ...version, ...headers } });
    const answer = new Promise<TusAnswer>((resolve, reject) => {
      sent.on('error', reject).on('response', async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    answer.catch(() => undefined);
    return { sent, answer };
  }

  send({ body, ...options }: TusRequest): Promise<TusAnswer> {
    const length = { 'content-length': body === undefined ? 0 : Buffer.byteLength(body) };
    const { sent, answer } = this.open({ ...options, headers: { ...length, ...options.headers } });
    sent.end(body);
    return answer;
  }

  /** Begins an upload and answers its address. */
  async create(length: number, headers: OutgoingHttpHeaders = {}): Promise<string> {
    const {
      status,
      headers: answered,
      text,
    } = await this.send({
      method: 'POST',
      headers: { 'upload-length': length, ...headers },
    });
    if (status !== 201 || answered.location === undefined) throw new Error(`${status} ${text}`);
    return answered.location;
  }

  patch(
    path: string,
    offset: number,
    body: Uint8Array | string,
    headers: OutgoingHttpHeaders = {},
  ): Promise<TusAnswer> {
    const more = { 'content-type': BYTES, 'upload-offset': offset, ...headers };
    return this.send({ method: 'PATCH', path, headers: more, body });
  }

  head(path: string): Promise<TusAnswer> {
    return this.send({ method: 'HEAD', path });
  }

  /** What HEAD says that the server has. */
  async offset(path: string): Promise<number> {
    return Number((await this.head(path)).headers['upload-offset']);
  }
}

export function checksum(algorithm: string, bytes: Uint8Array | string): OutgoingHttpHeaders {
  return { 'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}` };
}

export function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
