import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd, createTestEnvironment, createTestFolder, startApi, TEST_KEY } from '../setup/index.js';
import { selfSignedCertificate, type TestCertificate } from './certificate.js';
import { createTestApi, type TestApi } from './setup.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface SecureReceiver {
  port: number;
  received: { body: string; host: string | undefined }[];
}

async function startSecureReceiver(certificate: TestCertificate): Promise<SecureReceiver> {
  const received: SecureReceiver['received'] = [];
  const server = createServer(certificate, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ body, host: request.headers.host });
    response.end('thanks');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return { port: address.port, received };
}

describe('a webhook over TLS', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi({ webhooks: { allowPrivate: true } });
  });
  const test = async (url: string) =>
    (await api.member.post('/v1/webhooks/test', { url, secret: SECRET }).expect(200)).body;

  it('is not sent to a receiver whose certificate nobody vouches for, and says what to do', async () => {
    const receiver = await startSecureReceiver(selfSignedCertificate());
    for (const host of ['localhost', '127.0.0.1']) {
      const answer = await test(`https://${host}:${receiver.port}/hook`);
      expect(answer).toMatchObject({ delivered: false, response_status: null });
      expect(answer.error).toMatch(/certificate of the receiver is not trusted.*NODE_EXTRA_CA_CERTS.*self-signed/);
    }
    expect(receiver.received).toEqual([]);
  });

  it('is not sent where something else than TLS answers', async () => {
    const { port } = new URL(api.app.listeningOrigin);
    const answer = await test(`https://127.0.0.1:${port}/hook`);
    expect(answer).toMatchObject({ delivered: false, response_status: null, error: expect.stringMatching(/\w/) });
  });
});

describe('an API that trusts the certificate through NODE_EXTRA_CA_CERTS', () => {
  it('delivers by name and by address, but not to another name, nor once it has expired', async () => {
    const [good, misnamed, expired] = [{}, { host: 'elsewhere.example' }, { expiresInH: -0.5 }].map(
      selfSignedCertificate,
    );
    const receiver = await startSecureReceiver(good);
    const refused = [await startSecureReceiver(misnamed), await startSecureReceiver(expired)];
    const trusted = join(createTestFolder(), 'receivers.pem');
    await writeFile(trusted, good.cert + misnamed.cert + expired.cert);
    const extra = { NODE_EXTRA_CA_CERTS: trusted, TRAINYARD_WEBHOOK_ALLOW_PRIVATE: 'true' };
    const { port } = await startApi({ ...(await createTestEnvironment()), ...extra });
    const test = async (url: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/webhooks/test`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url, secret: SECRET }),
      });
      expect(response.status).toBe(200);
      return response.json();
    };
    for (const host of ['localhost', '127.0.0.1']) {
      const url = `https://${host}:${receiver.port}/hook`;
      expect(await test(url)).toMatchObject({ delivered: true, response_status: 200, response_body: 'thanks' });
    }
    expect(receiver.received.map(({ host }) => host)).toEqual([
      `localhost:${receiver.port}`,
      `127.0.0.1:${receiver.port}`,
    ]);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ type: 'ping' });

    const errors = [/certificate of the receiver is not trusted.*altnames/i, /certificate of the receiver.*expired/];
    for (const [i, { port, received }] of refused.entries()) {
      const answer = await test(`https://localhost:${port}/hook`);
      expect(answer).toMatchObject({ delivered: false, error: expect.stringMatching(errors[i]) });
      expect(received).toEqual([]);
    }
  });
});
