/**
 * The package's second entry: what the host does with the inputs of a run before it begins. A thread that does nothing else loads
 * these few modules instead of the whole compiler.
 */
export { type Augmenter, createAugmenter } from './augment/augmenter.js';
export { allocateMixedRows, type MixedRows, mixImages } from './augment/mix.js';
export { fillRandom, type RandomInput } from './random/random-input.js';
