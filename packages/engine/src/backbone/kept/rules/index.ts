/**
 * Shape rules of the operators that are kept as they are: what onnxruntime has for them, and no operation here. All of them take any
 * number of images, and images of any size that they fit.
 */
import type { ShapeRule } from '../call.js';
import { axesRules } from './axes.js';
import { elementwiseRules, rulesOf, sameAsFirst } from './elementwise.js';
import { moveRules } from './moves.js';
import { productRules } from './products.js';
import { quantizedRules } from './quantized.js';
import { convolutionAt, windowRules } from './windows.js';

const OWN: Readonly<Record<string, ShapeRule>> = {
  ...elementwiseRules,
  ...axesRules,
  ...moveRules,
  ...windowRules,
  ...productRules,
  ...quantizedRules,
};

/** Operators of com.microsoft, which come with onnxruntime. */
const MICROSOFT: Readonly<Record<string, ShapeRule>> = {
  ...rulesOf(['BiasGelu', 'FastGelu', 'Gelu', 'QLinearLeakyRelu', 'QLinearSigmoid', 'QuickGelu'], sameAsFirst),
  FusedConv: convolutionAt(1),
};

const BY_DOMAIN: Readonly<Record<string, Readonly<Record<string, ShapeRule>>>> = {
  '': OWN,
  'com.microsoft': MICROSOFT,
};

export function shapeRule(domain: string, type: string): ShapeRule | null {
  const rules = Object.hasOwn(BY_DOMAIN, domain) ? BY_DOMAIN[domain] : {};
  return Object.hasOwn(rules, type) ? rules[type] : null;
}

/** Whether onnxruntime has operators of that domain. */
export function isRuntimeDomain(domain: string): boolean {
  return Object.hasOwn(BY_DOMAIN, domain);
}

/** Operators without a rule that onnxruntime has and that work image by image: files have to tell their shapes. */
const DECLARED = ['CenterCropPad', 'Col2Im', 'Det', 'MaxUnpool'];

/** Whether onnxruntime may have it; of com.microsoft's it is only seen when it is run. */
export function isRuntimeOperator(domain: string, type: string): boolean {
  return domain !== '' || shapeRule(domain, type) !== null || DECLARED.includes(type);
}
