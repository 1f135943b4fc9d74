/** The HTTP API. */
export { buildApi } from './build-api.js';
export type { ApiDependencies } from './dependencies.js';
