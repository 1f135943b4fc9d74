import { describe, expect, it } from 'vitest';
import type { InferCall } from './infer-request.js';
import { inferAnswer } from './infer-response.js';
import type { Signature } from './signature.js';

const SIGNATURE: Signature = {
  model: 'shapes',
  image: { width: 3, height: 2, channels: 1 },
  output: 'probabilities',
  labels: ['circle', 'größe'],
};
const OUTPUTS = Float32Array.of(0.25, 0.75, 0.5, 0.5);
const LENGTH = 'inference-header-content-length';

function answer(output: InferCall['output'], id?: string) {
  const call: InferCall = { id, input: { kind: 'files', parts: [] }, count: 2, output };
  const { headers, body } = inferAnswer(call, SIGNATURE, {
    version: 'ckpt_1',
    outputs: OUTPUTS,
    timing: { total_ms: 1 },
  });
  const jsonBytes = Number(headers[LENGTH] ?? body.length);
  return { headers, json: JSON.parse(body.toString('utf8', 0, jsonBytes)), binary: body.subarray(jsonBytes) };
}

describe('an answer', () => {
  it('has its output in JSON', () => {
    const { headers, json, binary } = answer({ binary: false, classes: 0 }, '42');
    expect(headers).toEqual({ 'content-type': 'application/json' });
    expect(json).toEqual({
      model_name: 'shapes',
      model_version: 'ckpt_1',
      id: '42',
      parameters: { total_ms: 1 },
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, 2], data: [0.25, 0.75, 0.5, 0.5] }],
    });
    expect(binary).toHaveLength(0);
  });

  it('has it as float32, little endian, behind the JSON', () => {
    const { headers, json, binary } = answer({ binary: true, classes: 0 });
    expect(headers).toMatchObject({ 'content-type': 'application/octet-stream', [LENGTH]: expect.any(Number) });
    expect(json).not.toHaveProperty('id');
    const described = { name: 'probabilities', datatype: 'FP32', shape: [2, 2] };
    expect(json.outputs).toEqual([{ ...described, parameters: { binary_data_size: 16 } }]);
    expect([0, 4, 8, 12].map((offset) => binary.readFloatLE(offset))).toEqual([...OUTPUTS]);
  });

  it('has classes as texts', () => {
    const { json } = answer({ binary: false, classes: 1 });
    const described = { name: 'probabilities', datatype: 'BYTES', shape: [2, 1] };
    expect(json.outputs).toEqual([{ ...described, data: ['0.75:1:größe', '0.5:0:circle'] }]);
  });

  it('has classes as texts behind the JSON, each with its length in bytes', () => {
    const { json, binary } = answer({ binary: true, classes: 1 });
    const [first, second] = ['0.75:1:größe', '0.5:0:circle'].map((text) => Buffer.from(text));
    expect(json.outputs[0].parameters).toEqual({ binary_data_size: 8 + first.length + second.length });
    expect(binary.readUInt32LE(0)).toBe(first.length);
    expect(binary.subarray(4, 4 + first.length)).toEqual(first);
    expect(binary.subarray(8 + first.length)).toEqual(second);
  });
});
