/** The configuration of each process: the only place that reads the environment. */
export { childEnvironment } from './child-environment.js';
export { type ApiConfig, type Config, type InferenceConfig, readConfig, type WorkerConfig } from './config.js';
export { ConfigError } from './variables.js';
