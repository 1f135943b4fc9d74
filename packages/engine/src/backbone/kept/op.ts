/** The operation of a kept node: it has no gradient, and is written as its file has it. */
import type { KeptForm, OpDefinition } from '../../graph/graph.js';
import type { TensorType } from '../../graph/tensor-type.js';
import { bytesOfBase64 } from './base64.js';

export interface KeptAttributes {
  readonly type: string;
  readonly domain: string;
  readonly version: number;
  /** Each an AttributeProto in base64. */
  readonly attributes: readonly string[];
  readonly slots: KeptForm['slots'];
  readonly types: readonly TensorType[];
}

export const keptOp: OpDefinition<KeptAttributes> = {
  type: 'Kept',
  infer: (_, { types }) => types,
  onnx: {
    kept: ({ type, domain, version, slots, attributes }) => ({
      ...{ type, domain, version, slots },
      attributeBytes: attributes.map(bytesOfBase64),
    }),
  },
};
