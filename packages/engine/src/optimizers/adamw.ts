/** AdamW (Loshchilov and Hutter, 2019): Adam with the decoupled weight decay that every optimizer has here, not zero by default. */
import { adamRule } from './adam.js';
import type { OptimizerDefinition, OptimizerOf } from './optimizer.js';

export const adamw: OptimizerDefinition<OptimizerOf<'adamw'>> = { rule: adamRule };
