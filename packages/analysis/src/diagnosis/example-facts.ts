/** Facts of a training that does well, for tests to spoil. */
import { type EpochMetrics, type ProbeMetrics, resolveTraining, type TrainingOptions } from '@trainyard/contracts';
import type { DiagnosisFacts } from './facts.js';

const PER_CLASS = 500;
const CLASSES = ['a', 'b', 'c', 'd'];

const SPEC: DiagnosisFacts['spec'] = {
  layers: [
    {
      type: 'conv2d',
      name: 'conv',
      filters: 8,
      activation: 'relu',
      kernel_initializer: 'glorot_uniform',
      bias_initializer: 'zeros',
    },
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'dense', units: 'classes', activation: 'softmax', kernel_initializer: 'glorot_uniform' },
  ],
};

export function epochRows(train: readonly number[], validation: readonly number[]): EpochMetrics[] {
  return train.map((loss, i) => ({
    epoch: i + 1,
    step: 10 * (i + 1),
    train: { loss, accuracy: Math.exp(-loss) },
    validation: { loss: validation[i], accuracy: Math.exp(-validation[i]) },
    learning_rate: 0.001,
    images_per_s: 1000,
    duration_s: 1,
  }));
}

export function look(epoch: number, more: Partial<ProbeMetrics> = {}): ProbeMetrics {
  const weight = (name: string, elements: number) => ({
    weight: `${name}/kernel`,
    layer: name,
    elements,
    norm: 3,
    std: 0.2,
    gradient_norm: 0.5,
    update_ratio: epoch === 0 ? null : 0.002,
    histogram: [],
  });
  const layer = { layer: 'conv', type: 'conv2d', activation: 'relu', mean: 0.1, std: 0.2, histogram: [] };
  return {
    epoch,
    step: 10 * epoch,
    images: 64,
    loss: epoch === 0 ? 1.39 : 0.4,
    penalty: 0,
    gradient_norm: 1,
    layers: [{ ...layer, zero_share: 0.5, saturated_share: null, dead_share: 0 }],
    weights: [weight('conv', 72), weight('dense', 400)],
    ...more,
  };
}

export function healthyFacts(
  more: Partial<DiagnosisFacts> = {},
  training: TrainingOptions = {},
): DiagnosisFacts & { dataset: { counts: NonNullable<DiagnosisFacts['dataset']['counts']> } } {
  const split = (each: number) => ({
    total: each * CLASSES.length,
    classes: Object.fromEntries(CLASSES.map((name) => [name, each])),
  });
  const counts = {
    total: PER_CLASS * CLASSES.length,
    train: split(PER_CLASS),
    validation: split(100),
    test: split(100),
  };
  const dataset = { id: 'ds_1', task: 'multiclass' as const, classes: CLASSES, counts, warnings: [] };
  return {
    status: 'succeeded',
    stopReason: 'completed',
    error: null,
    rollback: null,
    spec: SPEC,
    training: resolveTraining(training),
    epochs: epochRows([1, 0.6, 0.45, 0.4, 0.39, 0.385], [0.9, 0.6, 0.5, 0.47, 0.465, 0.463]),
    probes: [look(0), look(1), look(6)],
    body: { name: 'mine', dataset_id: 'ds_1', model: SPEC, training: { epochs: 6, ...training } },
    ...more,
    dataset: { ...dataset, ...more.dataset, counts: more.dataset?.counts ?? counts },
  };
}
