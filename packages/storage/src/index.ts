export * from './keys.js';
export * from './object-store.js';
export * from './open-object-store.js';
