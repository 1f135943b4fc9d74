/** The one input of an ONNX file that a backbone takes: images, and how they lie in it. */
import { invalidOnnx } from '../onnx/read-fields.js';
import type { OnnxModel, OnnxValue } from '../onnx/read-model.js';
import { ONNX_FLOAT } from '../onnx/read-tensor.js';
import type { BackboneGraph } from './graph.js';
import type { ImportedBackbone } from './import.js';

export function imageInput({ inputs }: OnnxModel): OnnxValue {
  const [input, ...others] = inputs;
  const shape = input?.shape;
  if (others.length === 0 && shape?.length === 4 && input.dataType === ONNX_FLOAT) return input;
  const received = inputs.map(({ name, shape: sides }) => `"${name}" [${(sides ?? ['?']).map((side) => side ?? '?')}]`);
  throw invalidOnnx(
    'Expected one input of float32 images, [batch, channels, height, width] or [batch, height, width, channels]; ' +
      `received ${received.join(', ') || 'none'}. Export the model so that it takes float32 images alone.`,
  );
}

export function layoutOf([first, , last]: readonly (number | null)[]): BackboneGraph['layout'] {
  const isChannels = (side: number | null | undefined) => side === 1 || side === 3;
  if (isChannels(first)) return 'nchw';
  if (isChannels(last)) return 'nhwc';
  throw invalidOnnx('Expected images of 1 or 3 channels, as a fixed side of the input; export the model with one.');
}

export function imageOf(layout: BackboneGraph['layout'], sides: readonly (number | null)[]): ImportedBackbone['image'] {
  const [channels, height, width] = layout === 'nchw' ? sides : [sides[2], sides[0], sides[1]];
  for (const side of [height, width]) {
    if (side !== null && !(side >= 1 && side <= 4096))
      throw invalidOnnx(`Expected sides from 1 to 4096; received ${side}.`);
  }
  return { channels: channels ?? 3, height, width };
}
