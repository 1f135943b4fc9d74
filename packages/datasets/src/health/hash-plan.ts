/** By what pictures are hashed: made of the engine's random numbers here, so that the thread that searches need not load it. */
import { permutation } from '@trainyard/engine';
import { COORDINATES } from './coordinates.js';
import { HASH_BITS, type HashPlan } from './perceptual-hash.js';

/** More than tell the places apart: where pictures crowd, those that agree in more bits still lie closer together. */
const KEY_BITS = 32;
const TABLES = 12;
const SEED = 5;

/** The same on every machine. */
export const HASH_PLAN: HashPlan = {
  planes: Float32Array.from(permutation(HASH_BITS * COORDINATES, SEED, 0), (place) => (place % 2 ? 1 : -1)),
  keys: Array.from({ length: TABLES }, (_, table) => permutation(HASH_BITS, SEED, table + 1).slice(0, KEY_BITS)),
};
