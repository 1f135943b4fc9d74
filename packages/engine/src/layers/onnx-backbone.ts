/**
 * An uploaded ONNX model up to where it is cut. It is frozen unless `trainable` is true. Where the API takes a specification it
 * puts in `graph`, the description that the backbone's file was read into; weights come from the file when training starts.
 */
import { IdSchema } from '@trainyard/contracts';
import { type Static, Type } from 'typebox';
import { flopsOf } from '../backbone/flops.js';
import { BackboneGraph } from '../backbone/graph.js';
import { UnsupportedNode } from '../backbone/operator.js';
import { replay } from '../backbone/replay.js';
import { Graph, type Value } from '../graph/graph.js';
import { type Shape, ShapeError } from '../graph/tensor-type.js';
import { reshape } from '../ops/reshape.js';
import { type FeatureShape, type LayerDefinition, LayerError, type LayerPlan, requireImage } from './layer.js';

const Arguments = Type.Object({
  backbone_id: IdSchema('backbone'),
  output: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: 'the value of the file to cut at; see the backbone' }),
  ),
  from: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'the value of the file to begin at, an image that the layer before ends with; the first one where left out',
    }),
  ),
  graph: Type.Optional({
    ...BackboneGraph,
    description: 'The nodes up to the cut. It is put in when the specification is taken; what is sent is not used',
  }),
});

type OnnxBackboneArguments = Static<typeof Arguments>;

export const onnxBackbone: LayerDefinition<OnnxBackboneArguments> = {
  type: 'onnx_backbone',
  summary: 'An uploaded ONNX model, up to where it is cut.',
  arguments: Arguments,
  frozenByDefault: true,
  plan({ graph, from }, [input]) {
    const described = requireGraph(graph);
    const image = requireImage('onnx_backbone', input);
    if (image.channels !== described.channels) {
      throw new LayerError(
        from === undefined ? 'backbone_id' : 'from',
        `expected an image of ${described.channels} channels, as ${from === undefined ? 'the backbone was made for' : `"${from}" is`}; ` +
          `received ${image.channels}`,
      );
    }
    const { output, flops } = trace(described, image);
    return { output, flops, parameters: described.parameters.map(parameterOf) };
  },
  forward: ({ graph }, [x], context) => withoutPixel(replay(requireGraph(graph), x, context)),
};

function requireGraph(graph: BackboneGraph | undefined): BackboneGraph {
  if (graph) return graph;
  throw new LayerError(
    'graph',
    'expected the description of an uploaded backbone, which a server puts in; received none',
  );
}

/** Its values come from the file: what an initialiser gave would not be used. */
function parameterOf({ name, shape, trainable }: BackboneGraph['parameters'][number]): LayerPlan['parameters'][number] {
  const count = shape[0] ?? 1;
  return {
    name,
    shape,
    initializer: { type: 'zeros' },
    fan: { in: count, out: count },
    ...(trainable ? {} : { trainable: false }),
  };
}

const ONE_IMAGE = 1;

/** Shapes for one image. */
function trace(
  graph: BackboneGraph,
  image: { readonly height: number; readonly width: number; readonly channels: number },
): { output: FeatureShape; flops: number } {
  const scratch = new Graph();
  const weights = new Map<string, Value>(
    graph.parameters.map(({ name, shape }) => [name, scratch.input(`weight/${name}`, 'float32', shape)]),
  );
  const images = scratch.input('images', 'float32', [ONE_IMAGE, image.channels, image.height, image.width]);
  try {
    const features = replay(graph, images, {
      training: false,
      frozen: true,
      rowWeights: null,
      parameter: (name) => weights.get(name) ?? unknown(name),
      setStatistic() {},
    });
    return { output: featuresOf(withoutPixel(features).shape), flops: flopsOf(scratch) };
  } catch (error) {
    if (!(error instanceof UnsupportedNode || error instanceof ShapeError)) throw error;
    const size = `${image.height} by ${image.width}`;
    throw new LayerError('backbone_id', `the backbone does not take images of ${size} pixels: ${error.message}`);
  }
}

/** An image of one pixel is a vector: what files leave of a global pool. */
function withoutPixel(features: Value): Value {
  const [rows, channels, ...sides] = features.shape;
  return sides.length === 2 && sides.every((side) => side === 1) ? reshape(features, [rows, channels]) : features;
}

function featuresOf([, ...sides]: Shape): FeatureShape {
  if (sides.length === 1) return { kind: 'vector', units: sides[0] };
  if (sides.length === 3) return { kind: 'image', channels: sides[0], height: sides[1], width: sides[2] };
  throw new LayerError('output', `expected a value that is an image or a vector; received one of ${sides.length} axes`);
}

function unknown(name: string): never {
  throw new UnsupportedNode(`there is no weight ${name}`);
}
