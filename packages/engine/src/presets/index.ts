/** Ready-made models, by id. */
import { course } from './course.js';
import { lenet5 } from './lenet5.js';
import { mnistConvnet } from './mnist-convnet.js';
import { mobilenetSmall } from './mobilenet-small.js';
import type { Preset } from './preset.js';
import { resnet8 } from './resnet8.js';
import { resnet20 } from './resnet20.js';
import { vggSmall } from './vgg-small.js';

export const presets: Readonly<Record<string, Preset>> = {
  course,
  lenet5,
  mnist_convnet: mnistConvnet,
  vgg_small: vggSmall,
  resnet8,
  resnet20,
  mobilenet_small: mobilenetSmall,
};
