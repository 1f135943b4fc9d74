// Models that people posted, against how many parameters Keras itself counts in them (oracles/keras_counts.py).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrainyardError } from '@trainyard/contracts';
import { buildModel, importKeras, parseModelSpec } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../setup/index.js';
import counts from './oracles/keras-counts.json' with { type: 'json' };

interface Count {
  readonly parameters?: number;
  readonly trainable?: number;
  readonly error?: string;
}

/** What the files that are refused are refused for: where, and words of the reason. */
const REFUSED: Readonly<Record<string, readonly [pointer: string, reason: string]>> = {
  'k1-dl4j-retina_unet_Merge_UNSUPPORTED.json': [
    '/config/layers/24/class_name',
    'class_name "Permute" is not supported',
  ],
  'k2-dl4j-agz_res_policy_channels_first.json': [
    '/config/layers/0/config/batch_input_shape',
    'expected 1 or 3 channels, as grey or colour images have, and not 19',
  ],
};

const files = Object.entries<Count>(counts);

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function countOf(posted: unknown): { total: number; trainable: number } {
  const { spec, pointers } = importKeras(posted);
  const data = { image: { width: 1, height: 1, channels: 3 as const }, classes: 10 };
  const { parameters } = buildModel(parseModelSpec(spec, { pointers }), data);
  const size = (of: typeof parameters) =>
    of.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return { total: size(parameters), trainable: size(parameters.filter(({ trainable }) => trainable !== false)) };
}

function errorOf(posted: unknown): TrainyardError {
  try {
    importKeras(posted);
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    throw error;
  }
  throw new Error('it was imported');
}

describe("Keras' own JSON", () => {
  it('is here in as many files as Keras was asked about', (context) => {
    const folder = sharedData(context, 'keras-json');
    expect(readdirSync(folder).sort()).toEqual(files.map(([name]) => name).sort());
  });

  it.for(files.filter(([name]) => !(name in REFUSED)))(
    '%s has the parameters that Keras counts',
    ([name, count], context) => {
      const posted = read(sharedData(context, join('keras-json', name)));
      expect(count.error).toBeUndefined();
      expect(countOf(posted).total).toBe(count.parameters);
      expect(countOf(JSON.stringify(posted))).toEqual(countOf(posted));
    },
  );

  it.for(Object.entries(REFUSED))('%s is refused for the true reason', ([name, [pointer, reason]], context) => {
    const error = errorOf(read(sharedData(context, join('keras-json', name))));
    expect(error.code).toBe('invalid_spec');
    expect(error.errors).toContainEqual({ pointer, detail: expect.stringContaining(reason) });
  });

  it('a MobileNetV3 whose layers may all be trained has the parameters that Keras counts', (context) => {
    const name = 'k3-functional_mobilenetv3_hardswish.json';
    const text = readFileSync(sharedData(context, join('keras-json', name)), 'utf8');
    const posted: unknown = JSON.parse(text.replaceAll('"trainable": false', '"trainable": true'));
    expect(countOf(posted).total).toBe(counts[name].parameters);
    expect(importKeras(posted).training).toEqual({ loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  });
});
