/** Triton's configuration of a model, as far as it means something here. */
import { type Batching, INPUT_TENSOR, INSTANCES_MAX, type ModelConfiguration } from '@trainyard/contracts';
import { imageShapeOf, type Signature } from './signature.js';

const MICROSECONDS = 1000;

/** `max_batch_size` is what one request may have; as in Triton the batch is not among `dims`. */
export function modelConfiguration(signature: Signature, batching: Batching | null): ModelConfiguration {
  return {
    name: signature.model,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: INSTANCES_MAX,
    input: [{ name: INPUT_TENSOR, data_type: 'TYPE_UINT8', dims: imageShapeOf(signature) }],
    output: [{ name: signature.output, data_type: 'TYPE_FP32', dims: [signature.labels.length] }],
    dynamic_batching: { max_queue_delay_microseconds: Math.round((batching?.max_delay_ms ?? 0) * MICROSECONDS) },
    instance_group: [{ name: signature.model, kind: 'KIND_CPU', count: 1 }],
  };
}
