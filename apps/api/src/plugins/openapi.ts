/** The OpenAPI 3.1 document, made from the schemas of the routes, at `/openapi.json`. */
import swagger from '@fastify/swagger';
import plugin from 'fastify-plugin';
import type { TSchema } from 'typebox';
import { COMPONENTS } from '../schemas/components.js';
import { withExamples } from '../schemas/examples.js';
import { nameModelSpec } from './model-spec-reference.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body that the route reads by itself: documented like any other, but not parsed and validated by Fastify. */
    streamedBody?: { content: Record<string, { schema: TSchema }> };
  }
}

const TAGS = [
  { name: 'Data sets', description: 'Upload images and see what was found in them.' },
  { name: 'Uploads', description: 'Send an archive in pieces that survive broken connections (tus 1.0).' },
  { name: 'Models', description: 'Specifications of networks: check, store and list them.' },
  { name: 'Backbones', description: 'Uploaded ONNX models, whose beginning a network may have as a layer.' },
  { name: 'Jobs', description: 'Train a model on a data set, and watch it.' },
  { name: 'Checkpoints', description: 'The weights of a job after an epoch, to keep or to serve.' },
  {
    name: 'Evaluations',
    description: 'How good a checkpoint is, on which images it is wrong, and which labels may be.',
  },
  { name: 'Endpoints', description: 'Hosted inference.' },
  { name: 'Inference protocol', description: 'The Open Inference Protocol (KServe V2), for clients that speak it.' },
  { name: 'Webhooks', description: 'Messages about the events of jobs, sent to an address of yours.' },
  { name: 'Access', description: 'Projects and API keys.' },
  { name: 'Server', description: 'Whether the server is well, and what is attached to it.' },
];

const DESCRIPTION = `Trains convolutional networks and serves them.

Send an API key as \`Authorization: Bearer <key>\`. Every error is a problem document (RFC 9457) whose \`detail\` says what
to do; where a body does not fit, \`errors\` points to each place in it. Lists take \`limit\` and \`after\`.`;

export const openapi = plugin(
  async (app) => {
    for (const schema of withExamples(COMPONENTS)) app.addSchema(schema);
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Trainyard', version: '0.1.0', description: DESCRIPTION, license: { name: 'Apache-2.0' } },
        servers: [{ url: '/', description: 'This server' }],
        tags: TAGS,
        components: {
          securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' } },
        },
        security: [{ apiKey: [] }],
      },
      refResolver: { buildLocalReference: (schema, _base, _fragment, i) => `${schema.$id ?? `schema-${i}`}` },
      transform: ({ schema, url, route }) => {
        const { streamedBody } = route.config ?? {};
        const { operationId } = schema ?? {};
        // Of a documented HEAD route the plugin makes `…-head`, though here each has a name of its own.
        const named = operationId === undefined ? {} : { operationId: operationId.replace(/-head$/, '') };
        return { schema: { ...schema, ...named, ...(streamedBody === undefined ? {} : { body: streamedBody }) }, url };
      },
      transformObject: (documented) => ('openapiObject' in documented ? nameModelSpec(documented.openapiObject) : {}),
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi', fastify: '5.x' },
);
