// What we export, read by Keras itself where there is one. What needs no Keras is tested beside the source.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel, exportKeras, importKeras, type KerasVersion, parseModelSpec, presets } from '@trainyard/engine';
import { describe, expect, it, type TestContext } from 'vitest';
import { sharedData } from '../setup/index.js';
import { everyLayer } from './keras-every-layer.js';
import { askKeras, type Loaded, requireKeras } from './keras-process.js';
import counts from './oracles/keras-counts.json' with { type: 'json' };

const data = { image: { width: 32, height: 32, channels: 3 as const }, classes: 10 };

type Spec = ReturnType<typeof parseModelSpec>;

/** Asks Keras to build each, and compares its parameters and outputs with ours, and what it writes with what we wrote. */
function compareWithKeras(specs: Readonly<Record<string, Spec>>, version: KerasVersion): void {
  const entries = Object.entries(specs);
  const question = entries.map(([name, spec]) => [name, { version, document: exportKeras(spec, data, version) }]);
  const answer = askKeras<Record<string, Loaded>>(Object.fromEntries(question));
  for (const [name, spec] of entries) {
    const { json, ...built } = answer[name];
    const { parameters, head } = buildModel(spec, data);
    expect(built, name).toEqual({ parameters: countOf(parameters), output: [null, head.units] });
    const { spec: again, pointers, notes } = importKeras(json);
    const model = buildModel(parseModelSpec(again, { pointers }), data);
    expect(weightsOf(model.parameters), name).toEqual(weightsOf(parameters));
    expect(model.head, name).toEqual(head);
    expect(notes, name).toEqual([]);
  }
}

type Parameters = ReturnType<typeof buildModel>['parameters'];

function countOf(parameters: Parameters): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

/** By name, since Keras puts layers in an order of its own. */
function weightsOf(parameters: Parameters): object {
  return Object.fromEntries(parameters.map((weight) => [`${weight.layer}/${weight.name}`, weightOf(weight)]));
}

/** All but how it is written: what Keras holds in float32, and what it writes although it is the default. */
function weightOf({ shape, trainable, fan, regularizer, constraint, initializer }: Parameters[number]) {
  return {
    shape,
    trainable,
    fan,
    regularizer: regularizer?.type,
    constraint: constraint?.type,
    initializer: initializer.type,
  };
}

const presetSpecs = Object.fromEntries(Object.entries(presets).map(([id, { spec }]) => [id, parseModelSpec(spec)]));

function fileSpecs(context: TestContext): Record<string, Spec> {
  const imported = Object.keys(counts).flatMap((name) => {
    const text = readFileSync(sharedData(context, join('keras-json', name)), 'utf8');
    try {
      return [[name, parseModelSpec(importKeras(text).spec)] as const];
    } catch {
      return [];
    }
  });
  expect(imported).toHaveLength(Object.keys(counts).length - 2);
  return Object.fromEntries(imported);
}

describe.each<KerasVersion>(['keras3', 'keras2'])('%s builds, with as many parameters and outputs', (version) => {
  it('every ready-made model', (context) => {
    requireKeras(context, version);
    compareWithKeras(presetSpecs, version);
  });

  it('a model with every layer, activation, initialiser, regulariser and constraint', (context) => {
    requireKeras(context, version);
    compareWithKeras({ every: parseModelSpec(everyLayer) }, version);
  });

  it('every file that was imported', (context) => {
    requireKeras(context, version);
    compareWithKeras(fileSpecs(context), version);
  });
});
