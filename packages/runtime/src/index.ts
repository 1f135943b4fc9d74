export * from './checkpoint-file.js';
export * from './malloc.js';
export * from './predict/checkpoint-predictor.js';
export * from './predict/predictor.js';
export * from './probe.js';
export * from './session.js';
export * from './train.js';
