/** Examples for the OpenAPI document, by the `$id` of the schema. A test posts each one to the routes. */
import type {
  CreateApiKey,
  CreateEndpoint,
  CreateJob,
  CreateModel,
  CreateProject,
  CreateSweep,
  TestWebhook,
  UpdateEndpoint,
  UpdateProject,
  ValidateModel,
} from '@trainyard/contracts';

/** Keras' introductory network for MNIST: 34,826 parameters. */
const spec = {
  input: { width: 28, height: 28, channels: 1 },
  layers: [
    { type: 'conv2d', filters: 32, kernel_size: [3, 3], activation: 'relu' },
    { type: 'max_pooling2d', pool_size: [2, 2] },
    { type: 'conv2d', filters: 64, kernel_size: [3, 3], activation: 'relu' },
    { type: 'max_pooling2d', pool_size: [2, 2] },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: 10, activation: 'softmax' },
  ],
};

interface Examples {
  CreateProject: CreateProject;
  UpdateProject: UpdateProject;
  CreateApiKey: CreateApiKey;
  CreateModel: CreateModel;
  ValidateModel: ValidateModel;
  CreateJob: CreateJob;
  CreateSweep: CreateSweep;
  CreateEndpoint: CreateEndpoint;
  UpdateEndpoint: UpdateEndpoint;
  TestWebhook: TestWebhook;
}

export const EXAMPLES: Examples = {
  CreateProject: { name: 'digits' },
  UpdateProject: { max_running_jobs: 2 },
  CreateApiKey: { name: 'notebook', role: 'member' },
  CreateModel: { name: 'mnist_convnet', spec },
  ValidateModel: { spec, batch_size: 128 },
  CreateJob: {
    name: 'first try',
    dataset_id: 'ds_01kabcdefghjkmnpqrstvwxyz0',
    model_id: 'mdl_01kabcdefghjkmnpqrstvwxyz0',
    training: { epochs: 3, batch_size: 128, optimizer: { type: 'adam', learning_rate: 0.001 } },
    tags: ['mnist'],
  },
  CreateSweep: {
    name: 'rate and width',
    dataset_id: 'ds_01kabcdefghjkmnpqrstvwxyz0',
    model: spec,
    training: { epochs: 9, batch_size: 128 },
    space: {
      '/training/optimizer/learning_rate': { min: 0.0001, max: 0.1, log: true },
      '/model/layers/0/filters': [8, 16, 32],
    },
    strategy: 'asha',
    max_trials: 27,
  },
  CreateEndpoint: { name: 'digits', job_id: 'job_01kabcdefghjkmnpqrstvwxyz0' },
  UpdateEndpoint: { checkpoint_id: 'ckpt_01kabcdefghjkmnpqrstvwxyz0' },
  TestWebhook: { url: 'https://example.com/hook', secret: 'whsec_dGhpcyBpcyBhbiBleGFtcGxlIG9mIGEga2V5' },
};

/** The schemas with their examples. */
export function withExamples<T extends object>(schemas: readonly T[]): T[] {
  const examples = new Map<unknown, unknown>(Object.entries(EXAMPLES));
  return schemas.map((schema) => {
    const example = examples.get(Reflect.get(schema, '$id'));
    return example === undefined ? schema : { ...schema, examples: [example] };
  });
}
