/** Shapes of operators on quantised values. Those that measure a whole batch are left out: they mix its images. */
import type { DType } from '../../../graph/tensor-type.js';
import { type KeptCall, requireDType, type ShapeRule } from '../call.js';
import { productShape } from './products.js';
import { convolutionAt } from './windows.js';

/** The type of the zero point, an attribute, or ONNX' default. */
const quantize: ShapeRule = (call) => {
  const dtype = call.has(2) ? call.input(2).dtype : requireDType(call.number('output_dtype', 0) || UINT8);
  return [{ dtype, shape: call.input(0).shape }];
};

const UINT8 = 2;

const dequantize: ShapeRule = (call) => [{ dtype: call.input(1).dtype, shape: call.input(0).shape }];

function zeroPointType(call: KeptCall, at: number): 'int8' | 'uint8' {
  return call.input(at).dtype === 'int8' ? 'int8' : 'uint8';
}

const product =
  (at: number, dtype: (call: KeptCall) => DType): ShapeRule =>
  (call) => [{ dtype: dtype(call), shape: productShape(call, call.input(0).shape, call.input(at).shape) }];

export const quantizedRules: Readonly<Record<string, ShapeRule>> = {
  ConvInteger: convolutionAt(1, () => 'int32'),
  DequantizeLinear: dequantize,
  MatMulInteger: product(1, () => 'int32'),
  QLinearConv: convolutionAt(3, (call) => zeroPointType(call, 7)),
  QLinearMatMul: product(3, (call) => zeroPointType(call, 7)),
  QuantizeLinear: quantize,
};
