/** Every kind of Keras layer that can be imported, by its class name. */
import { lookUp } from '../json.js';
import { convolution } from './convolution.js';
import { core } from './core.js';
import { derivedRule } from './derived-rule.js';
import { merging } from './merging.js';
import { normalization } from './normalization.js';
import { operations } from './operations.js';
import { pooling } from './pooling.js';
import { reshaping } from './reshaping.js';
import type { LayerRule, LayerRules } from './rule.js';

const rules: LayerRules = { ...convolution, ...pooling, ...core, ...normalization, ...merging, ...reshaping };

export const LAYER_CLASSES: readonly string[] = Object.keys(rules);

/** Modules of Keras 3 whose classes are operations on tensors, not layers. */
const OPERATION_MODULE = /^keras\.(src\.)?(ops|activations)\b/;

/** The rule for a class, or undefined where there is none. Keras 3 says which module it is from. */
export function layerRule(className: string, module: string | undefined): LayerRule | undefined {
  if (module !== undefined && OPERATION_MODULE.test(module)) return lookUp(operations, className);
  return lookUp(rules, className) ?? derivedRule(className);
}
