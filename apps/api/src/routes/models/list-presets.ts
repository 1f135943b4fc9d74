/** `GET /v1/models/presets` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { List, ModelPreset } from '@trainyard/contracts';
import { presetList } from '../../models/preset-list.js';
import { ModelPresetList } from '../../schemas/components.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

const schema = {
  operationId: 'listModelPresets',
  summary: 'List ready-made models',
  description:
    'Each with a specification to post as `spec` or `model`, a training that suits it, and its layers for ten classes.',
  tags: ['Models'],
  response: { 200: reference(ModelPresetList), ...keyedProblems('overloaded') },
};

export const listPresets: FastifyPluginAsyncTypebox = async (app) => {
  let presets: List<ModelPreset> | undefined;

  app.get('/v1/models/presets', { schema }, async () => {
    presets ??= await presetList(app.summaries);
    return presets;
  });
};
