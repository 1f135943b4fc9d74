export { buildInference, type InferenceDependencies } from './build-inference.js';
