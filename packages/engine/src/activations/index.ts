/** Every activation, by the name that specifications use: Keras' names. */
import type { ActivationDefinition } from './definition.js';
import { eluActivation } from './elu.js';
import { gelu } from './gelu.js';
import { hardSigmoidActivation } from './hard-sigmoid.js';
import { hardSwish } from './hard-swish.js';
import { leakyReluActivation } from './leaky-relu.js';
import { linear } from './linear.js';
import { reluActivation } from './relu.js';
import { relu6 } from './relu6.js';
import { seluActivation } from './selu.js';
import { sigmoidActivation } from './sigmoid.js';
import { silu } from './silu.js';
import { softmaxActivation } from './softmax.js';
import { softplusActivation } from './softplus.js';
import { tanhActivation } from './tanh.js';

export const activations = {
  linear,
  relu: reluActivation,
  relu6,
  leaky_relu: leakyReluActivation,
  elu: eluActivation,
  selu: seluActivation,
  gelu,
  silu,
  hard_sigmoid: hardSigmoidActivation,
  hard_swish: hardSwish,
  sigmoid: sigmoidActivation,
  tanh: tanhActivation,
  softmax: softmaxActivation,
  softplus: softplusActivation,
} satisfies Record<string, ActivationDefinition>;
