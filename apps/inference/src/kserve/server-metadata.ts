/** What the server says of itself. */
import type { ServerMetadata } from '@trainyard/contracts';

export const SERVER_METADATA: ServerMetadata = {
  name: 'trainyard',
  version: '0.1.0',
  extensions: [
    'binary_tensor_data',
    'classification',
    'model_configuration',
    'model_repository',
    'model_repository(unload_dependents)',
    'statistics',
  ],
};
