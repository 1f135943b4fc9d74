/** ONNX model files of lowered graphs: as they are, or repeated K times within one run. */
import type { Graph } from '../graph/graph.js';
import { opsetsOf, toGraphMessage } from './graph-message.js';
import { encodeModel, type GraphMessage, type Opsets, type ValueMessage } from './wire.js';

export const PRODUCER = { name: 'trainyard', version: '0.1.0' } as const;

export interface ModelOptions {
  readonly name: string;
  readonly openBatch?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX model of one graph. */
export function toOnnx(graph: Graph, options: ModelOptions): Uint8Array<ArrayBuffer> {
  return encode(toGraphMessage(graph, options), opsetsOf(graph), options.metadata);
}

export interface Repetition {
  readonly times: number;
  /** Pairs (input, output) of the graph: what comes out of one step goes into the next. */
  readonly carried: readonly { readonly input: string; readonly output: string }[];
}

/**
 * A model that runs `graph` K times within one `run`, through ONNX's Scan. Carried inputs keep their shape; every
 * other input, and every output that is not carried, gets a leading axis of K.
 */
export function toRepeatedOnnx(graph: Graph, repetition: Repetition, options: ModelOptions): Uint8Array<ArrayBuffer> {
  return encode(repeat(toGraphMessage(graph, options), repetition), opsetsOf(graph), options.metadata);
}

function encode(
  graph: GraphMessage,
  opsets: Opsets,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return encodeModel({ graph, producer: PRODUCER, metadata, opsets });
}

function repeat(step: GraphMessage, { times, carried }: Repetition): GraphMessage {
  const byInput = new Map(carried.map((pair) => [pair.input, pair]));
  const carriedOutputs = new Set(carried.map((pair) => pair.output));
  const carriedInputs = step.inputs.filter((input) => byInput.has(input.name));
  const scanned = step.inputs.filter((input) => !byInput.has(input.name));
  const results = carriedInputs.map((input) => outputOf(step, byInput.get(input.name)?.output));
  const stacked = step.outputs.filter((output) => !carriedOutputs.has(output.name));
  const inBody = (value: ValueMessage): ValueMessage => ({ ...value, name: `step/${value.name}` });
  const withSteps = (value: ValueMessage): ValueMessage => ({ ...value, shape: [times, ...value.shape] });
  const rename = new Map([...step.inputs, ...step.outputs].map(({ name }) => [name, `step/${name}`]));
  const named = (name: string) => rename.get(name) ?? name;
  const body: GraphMessage = {
    name: `${step.name}-step`,
    nodes: step.nodes.map((node) => ({ ...node, inputs: node.inputs.map(named), outputs: node.outputs.map(named) })),
    inputs: [...carriedInputs, ...scanned].map(inBody),
    outputs: [...results, ...stacked].map(inBody),
    initializers: [],
  };
  const inputs = [...carriedInputs, ...scanned.map(withSteps)];
  const outputs = [...results, ...stacked.map(withSteps)];
  return {
    name: step.name,
    inputs,
    outputs,
    // The body sees the outer graph's initializers, so they are stored once.
    initializers: step.initializers,
    nodes: [
      {
        name: 'steps',
        type: 'Scan',
        inputs: inputs.map(({ name }) => name),
        outputs: outputs.map(({ name }) => name),
        attributes: {
          body: { kind: 'graph', value: body },
          num_scan_inputs: { kind: 'int', value: scanned.length },
        },
      },
    ],
  };
}

function outputOf(step: GraphMessage, name: string | undefined): ValueMessage {
  const output = step.outputs.find((candidate) => candidate.name === name);
  if (!output) throw new Error(`the step has no output ${name}`);
  return output;
}
