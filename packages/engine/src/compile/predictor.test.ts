import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.js';
import { initialParameters } from '../model/parameters.js';
import { parseModelSpec } from '../spec/parse.js';
import { compilePredictor } from './predictor.js';

const LABELS = ['Zebra', 'Äffchen'];

const model = buildModel(
  parseModelSpec({ layers: [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }] }),
  { image: { width: 4, height: 3, channels: 1 }, classes: 2 },
);

function compile(parameters: ReadonlyMap<string, Float32Array> = initialParameters(model, 1)) {
  const preprocessing = { scale: [1 / 255], offset: [0] };
  return compilePredictor(model, {
    parameters,
    preprocessing,
    labels: LABELS,
    fit: 'cover',
    metadata: { job: 'job_1' },
  });
}

/** The fields of one protobuf message: numbers, or the bytes of texts and messages inside. */
function fieldsOf(bytes: Uint8Array): { field: number; value: number | Uint8Array }[] {
  const reader = new BinaryReader(bytes);
  const fields: { field: number; value: number | Uint8Array }[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    fields.push({ field, value: type === WireType.Varint ? Number(reader.int64()) : reader.bytes() });
  }
  return fields;
}

function bytesOf(message: Uint8Array, field: number): Uint8Array[] {
  return fieldsOf(message).flatMap((entry) =>
    entry.field === field && entry.value instanceof Uint8Array ? [entry.value] : [],
  );
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function metadataOf(onnx: Uint8Array): Record<string, string> {
  const METADATA_PROPS = 14;
  const entries = bytesOf(onnx, METADATA_PROPS);
  return Object.fromEntries(entries.map((entry) => [text(bytesOf(entry, 1)[0]), text(bytesOf(entry, 2)[0])]));
}

describe('the exported model', () => {
  const { onnx, image } = compile();

  it('has labels, image size and preprocessing in its metadata', () => {
    const metadata = metadataOf(onnx);
    expect(JSON.parse(metadata.labels)).toEqual(LABELS);
    expect(JSON.parse(metadata.image)).toMatchObject({ width: 4, height: 3, channels: 1, fit: 'cover' });
    expect(JSON.parse(metadata.preprocessing)).toMatchObject({ scale: [1 / 255], offset: [0] });
    expect(metadata).toMatchObject({ task: 'multiclass', job: 'job_1' });
    expect(metadata).not.toHaveProperty('targets');
  });

  it('has the unit of its targets in its metadata, where it has standardised ones', () => {
    const spec = parseModelSpec({ layers: [{ type: 'flatten' }, { type: 'dense', units: 'classes' }] });
    const targets = { mean: [40], std: [12] };
    const image = { width: 4, height: 3, channels: 1 } as const;
    const regression = buildModel(spec, { image, classes: 1, task: 'regression', targets });
    const parameters = initialParameters(regression, 1);
    const preprocessing = { scale: [1], offset: [0] };
    const predictor = compilePredictor(regression, { parameters, preprocessing, labels: ['age'], fit: 'cover' });
    expect(predictor.output).toBe('values');
    const metadata = metadataOf(predictor.onnx);
    expect(metadata).toMatchObject({ task: 'regression', labels: '["age"]' });
    expect(JSON.parse(metadata.targets)).toMatchObject(targets);
  });

  it('is of opset 17 or later and says who wrote it', () => {
    const OPSET_IMPORT = 8;
    const [domain, version] = fieldsOf(bytesOf(onnx, OPSET_IMPORT)[0]).map(({ value }) => value);
    expect(domain).toEqual(new Uint8Array());
    expect(version).toBeGreaterThanOrEqual(17);
    expect(text(bytesOf(onnx, 2)[0])).toBe('trainyard');
  });

  it('takes images with rows, columns and channels in this order', () => {
    expect(image).toEqual({ name: 'image', dtype: 'uint8', shape: [1, 3, 4, 1] });
  });

  it('has the same bytes for the same weights', () => {
    expect(compile().onnx).toEqual(onnx);
  });

  it('is not made without all weights', () => {
    expect(() => compile(new Map())).toThrow('the weights lack dense/kernel');
  });
});
