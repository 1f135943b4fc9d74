// Every loss for every kind of head that it fits, between the kinks of its formula.
import type { Loss } from '@trainyard/contracts';
import type { Value } from '../../../packages/engine/src/graph/graph.js';
import { lossFor } from '../../../packages/engine/src/losses/index.js';
import type { Head } from '../../../packages/engine/src/model/head.js';
import { add } from '../../../packages/engine/src/ops/add.js';
import type { GradientCase } from '../gradient-harness.js';
import { outputsOf } from '../loss-graph.js';

const ROWS = 4;

const MULTICLASS: Head = { task: 'multiclass', units: 3, activation: 'softmax' };
const BINARY: Head = { task: 'binary', units: 1, activation: 'sigmoid' };
const MULTILABEL: Head = { task: 'multilabel', units: 3, activation: 'sigmoid' };
const REGRESSION: Head = { task: 'regression', units: 2, activation: 'linear' };

const sigmoids: readonly Head[] = [BINARY, MULTILABEL, { ...MULTICLASS, activation: 'sigmoid' }];
const scores: readonly Head[] = [BINARY, MULTICLASS].flatMap((head) =>
  ['linear', 'tanh'].map((activation) => ({ ...head, activation })),
);
const values: readonly Head[] = [REGRESSION, { ...REGRESSION, activation: 'sigmoid' }];

const classes = (loss: Loss, heads: readonly Head[]) => [0, 0.1].flatMap((smoothing) => cases(loss, heads, smoothing));

export const lossCases: Readonly<Record<Loss['type'], readonly GradientCase[]>> = {
  categorical_crossentropy: classes({ type: 'categorical_crossentropy' }, [MULTICLASS]),
  sparse_categorical_crossentropy: classes({ type: 'sparse_categorical_crossentropy' }, [MULTICLASS]),
  binary_crossentropy: classes({ type: 'binary_crossentropy' }, sigmoids),
  focal: [0, 0.5, 2, 3.5].flatMap((gamma) => classes({ type: 'focal', gamma, alpha: 0.7 }, [MULTICLASS, ...sigmoids])),
  mse: cases({ type: 'mse' }, values),
  mae: cases({ type: 'mae' }, values),
  huber: [0.25, 1].flatMap((delta) => cases({ type: 'huber', delta }, values)),
  hinge: cases({ type: 'hinge' }, scores),
};

function cases(loss: Loss, heads: readonly Head[], labelSmoothing = 0): GradientCase[] {
  return heads.map((head) => ({
    name: `${JSON.stringify(loss)} of ${head.task} with ${head.activation}, smoothed by ${labelSmoothing}`,
    dtype: 'float64',
    inputs: [{ shape: [ROWS, head.units] }],
    build([drawn]) {
      // Off the grid of the drawn numbers, so that none is at a kink.
      const logits = add(drawn, drawn.graph.scalar(1 / 300, 'float64'));
      const outputs = outputsOf(logits, head);
      return lossFor(loss).rows({ logits, outputs, targets: targets(logits, head), labelSmoothing, head });
    },
  }));
}

function targets({ graph }: Value, { task, units }: Head): Value {
  const number = (row: number, unit: number): number => {
    if (task === 'regression') return ((row * 7 + unit * 5) % 9) / 8 - 0.5;
    if (task === 'multiclass') return row % units === unit ? 1 : 0;
    return (row + unit) % 2;
  };
  const numbers = Float64Array.from({ length: ROWS * units }, (_, i) => number(Math.floor(i / units), i % units));
  return graph.constant('float64', [ROWS, units], numbers);
}
