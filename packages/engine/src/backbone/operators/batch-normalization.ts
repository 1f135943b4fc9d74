/**
 * BatchNormalization. Frozen, and outside training, its running statistics are used; while the backbone is trained those of
 * the batch, as our own layer does: ONNX' momentum is the part of the running statistic that is kept, as Keras' is.
 */
import { batchNormalization as layer } from '../../layers/batch-normalization.js';
import { type BackboneOperator, UnsupportedNode } from '../operator.js';

/** The weights after x, by the names that our layer has for them. */
const WEIGHTS = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
const NO_ACTIVE_INITIALIZER = 'zeros';

export const batchNormalization: BackboneOperator = {
  read(node) {
    if (node.number('training_mode', 0) !== 0)
      throw new UnsupportedNode('it is in training mode; export for inference');
    if (node.number('spatial', 1) !== 1) throw new UnsupportedNode('spatial = 0 is not supported');
    const x = node.value(0);
    const rank = node.shape(x).length;
    if (rank !== 4 && rank !== 2) throw new UnsupportedNode(`its input has ${rank} axes; expected 4 or 2`);
    return {
      inputs: [
        x,
        node.weight(1, 'gamma'),
        node.weight(2, 'beta'),
        node.weight(3, 'moving_mean', false),
        node.weight(4, 'moving_variance', false),
      ],
      attributes: { epsilon: node.number('epsilon', 1e-5), momentum: node.number('momentum', 0.9) },
    };
  },
  apply([x], attributes, { operands, ...context }) {
    const nameOf = (weight: string) => String(operands[1 + WEIGHTS.indexOf(weight)]);
    const args = {
      axis: -1,
      momentum: attributes.number('momentum'),
      epsilon: attributes.number('epsilon'),
      scale: true,
      center: true,
      // Weights come from the file.
      gamma_initializer: NO_ACTIVE_INITIALIZER,
      beta_initializer: NO_ACTIVE_INITIALIZER,
      moving_mean_initializer: NO_ACTIVE_INITIALIZER,
      moving_variance_initializer: NO_ACTIVE_INITIALIZER,
    } as const;
    const inner = {
      ...context,
      parameter: (weight: string) => context.parameter(nameOf(weight)),
      setStatistic: (weight: string, value: typeof x) => context.setStatistic(nameOf(weight), value),
    };
    return layer.forward(args, [x], withoutPlan(inner));
  },
};

/** The layer plans nothing that its forward needs, and batch normalisation draws nothing. */
function withoutPlan<C extends object>(context: C) {
  const refuse = (): never => {
    throw new UnsupportedNode('batch normalisation draws no random numbers');
  };
  const plan = { output: { kind: 'vector', units: 1 }, parameters: [], flops: 0 } as const;
  return { ...context, inputs: [], plan, dropoutMask: refuse, noise: refuse };
}
