import { describe, expect, it } from 'vitest';
import { modelConfiguration } from './model-config.js';
import { modelStat } from './model-stats.js';
import { modelMetadata, type Signature } from './signature.js';

const AGES: Signature = {
  model: 'ages',
  image: { width: 20, height: 14, channels: 3 },
  output: 'values',
  labels: ['age', 'height'],
};

describe('a model of a regression', () => {
  it('gives values', () => {
    expect(modelMetadata(AGES, ['ckpt_1', 'ckpt_2'])).toEqual({
      name: 'ages',
      versions: ['ckpt_1', 'ckpt_2'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 14, 20, 3] }],
      outputs: [{ name: 'values', datatype: 'FP32', shape: [-1, 2] }],
    });
  });

  it('is configured by image, with the delay of its endpoint', () => {
    const { input, output, dynamic_batching } = modelConfiguration(AGES, { max_delay_ms: 2.5 });
    expect([input[0].dims, output]).toEqual([[14, 20, 3], [{ name: 'values', data_type: 'TYPE_FP32', dims: [2] }]]);
    expect(dynamic_batching).toEqual({ max_queue_delay_microseconds: 2500 });
    expect(modelConfiguration(AGES, null).dynamic_batching).toEqual({ max_queue_delay_microseconds: 0 });
  });
});

describe('statistics', () => {
  it('are zero before a model was loaded', () => {
    const stat = modelStat('ages', 'ckpt_1', undefined);
    expect(stat).toMatchObject({ name: 'ages', version: 'ckpt_1', last_inference: 0, inference_count: 0 });
    for (const duration of Object.values(stat.inference_stats)) expect(duration).toEqual({ count: 0, ns: 0 });
  });

  it('have the protocol’s names, and batches in the order of their size', () => {
    const at = (count: number) => ({ count, ns: 10 * count });
    const stat = modelStat('ages', 'ckpt_1', {
      inference_count: 33,
      execution_count: 3,
      last_inference_ms: 7,
      success: at(3),
      fail: at(1),
      queue: at(4),
      preprocess: at(5),
      compute: at(6),
      batches: new Map([
        [32, at(2)],
        [1, at(1)],
      ]),
      waiting: 0,
      crashes: 0,
      latency_ms: null,
    });
    expect(stat).toMatchObject({ last_inference: 7, inference_count: 33, execution_count: 3 });
    const { compute_input, compute_infer, compute_output } = stat.inference_stats;
    expect([compute_input, compute_infer, compute_output]).toEqual([at(5), at(6), { count: 6, ns: 0 }]);
    expect(stat.batch_stats.map(({ batch_size, compute_infer: infer }) => [batch_size, infer])).toEqual([
      [1, at(1)],
      [32, at(2)],
    ]);
  });
});
