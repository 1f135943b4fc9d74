/** What the protocol calls a model's signature: one tensor of images in, one of probabilities or values out. */
import { type ImageSize, INPUT_TENSOR, type ModelDescription, type ModelMetadata } from '@trainyard/contracts';

/** Of the platforms that the protocol allows, the one that says "run by ONNX Runtime". */
export const PLATFORM = 'onnx_onnxv1';

export interface Signature {
  /** The name of the endpoint. */
  model: string;
  image: ImageSize;
  output: ModelDescription['output'];
  /** Classes, labels or targets, in the order of the output, as the endpoint calls them. */
  labels: readonly string[];
}

export function imageBytesOf({ image }: Signature): number {
  return image.width * image.height * image.channels;
}

/** [height, width, channels] */
export function imageShapeOf({ image }: Signature): [number, number, number] {
  return [image.height, image.width, image.channels];
}

export function modelMetadata(signature: Signature, versions: readonly string[]): ModelMetadata {
  return {
    name: signature.model,
    versions: [...versions],
    platform: PLATFORM,
    inputs: [{ name: INPUT_TENSOR, datatype: 'UINT8', shape: [-1, ...imageShapeOf(signature)] }],
    outputs: [{ name: signature.output, datatype: 'FP32', shape: [-1, signature.labels.length] }],
  };
}
