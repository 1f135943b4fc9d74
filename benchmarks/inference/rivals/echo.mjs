// A Fastify server that sends each body back as it came: what HTTP alone costs in this language and framework.
import process from 'node:process';
import Fastify from 'fastify';
import { answerParent } from '../child.mjs';

const BODY_BYTES_MAX = 32 * 1024 * 1024;

const app = Fastify();
app.addContentTypeParser(
  'application/octet-stream',
  { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
  (_, body, done) => {
    done(null, body);
  },
);
app.post('*', async (request, reply) => reply.type('application/octet-stream').send(request.body));

const address = await app.listen({ host: '127.0.0.1', port: 0 });
answerParent(async () => undefined);
process.send?.({ port: Number(new URL(address).port) });
