/** The reference for people at `/docs`, from the OpenAPI document. Its script is served from here, no CDN. */
import scalar from '@scalar/fastify-api-reference';
import plugin from 'fastify-plugin';

export const referencePage = plugin(
  async (app) => {
    await app.register(scalar, {
      routePrefix: '/docs',
      configuration: { url: '/openapi.json', withDefaultFonts: false, telemetry: false, hideClientButton: true },
    });
  },
  { name: 'reference-page', dependencies: ['openapi'], fastify: '5.x' },
);
