// A network that can tell its classes by nothing but a small pattern at a random place: that is where the heat must lie.
import { resolveOptimizer } from '@trainyard/contracts';
import { expect, it } from 'vitest';
import { compileGradCam, scoreWeights } from '../../packages/engine/src/compile/grad-cam.js';
import { compileTrainStep } from '../../packages/engine/src/compile/train-step.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { randomSource } from '../fixtures/random.js';
import { openOnnx } from './session.js';
import { TrainingRun } from './training-run.js';

const SIDE = 24;
const PATTERN = 5;
/** A place of the last maps sees 10 pixels; one that lies so far beside the pattern sees most of it. */
const REACH = 3;
/** A cross, a ring and a diagonal, of as many bright pixels. */
const PATTERNS = [
  ['..#..', '..#..', '#####', '..#..', '..#..'],
  ['.###.', '#...#', '#...#', '....#', '.....'],
  ['##...', '.##..', '..##.', '...##', '....#'],
];
/** Of every class, so it tells nothing. */
const DISTRACTION = ['#.#.#', '.#.#.', '#.#.#', '.#.#.', '#.#.#'];
const BATCH = 32;
const STEPS = 20;
const RUNS = 12;
const PREPROCESSING = { scale: [1 / 255], offset: [0] };

const random = randomSource(8);

interface Planted {
  readonly pixels: Uint8Array;
  readonly label: number;
  /** Of the pattern's upper left corner. */
  readonly row: number;
  readonly column: number;
}

/** One of the patterns, and something else as bright that all classes have. */
function plant(label: number): Planted {
  const place = () => Math.floor(random() * (SIDE - PATTERN + 1));
  const [row, column] = [place(), place()];
  const pixels = new Uint8Array(SIDE * SIDE);
  const draw = (lines: readonly string[], top: number, left: number) => {
    lines.forEach((line, y) => {
      [...line].forEach((sign, x) => {
        if (sign === '#') pixels[(top + y) * SIDE + left + x] = 255;
      });
    });
  };
  let other = [place(), place()];
  while (Math.max(Math.abs(other[0] - row), Math.abs(other[1] - column)) < 2 * PATTERN) other = [place(), place()];
  draw(DISTRACTION, other[0], other[1]);
  draw(PATTERNS[label], row, column);
  return { pixels, label, row, column };
}

const plantMany = (count: number): Planted[] => Array.from({ length: count }, (_, i) => plant(i % PATTERNS.length));

const model = buildModel(
  parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 12, kernel_size: 5, padding: 'same', activation: 'relu', use_bias: false },
      { type: 'max_pooling2d', pool_size: 2 },
      {
        type: 'conv2d',
        name: 'seen',
        filters: 16,
        kernel_size: 3,
        padding: 'same',
        activation: 'relu',
        use_bias: false,
      },
      { type: 'global_average_pooling2d' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  }),
  { image: { width: SIDE, height: SIDE, channels: 1 }, classes: PATTERNS.length },
);

async function train() {
  const step = compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer({ type: 'adam', learning_rate: 0.01 }),
    loss: { type: 'categorical_crossentropy' },
    preprocessing: PREPROCESSING,
    stepsPerRun: STEPS,
  });
  const run = await TrainingRun.open(step, initialParameters(model, 2));
  for (let done = 0; done < RUNS; done++) {
    const images = plantMany(BATCH * STEPS);
    const pixels = new Uint8Array(images.length * SIDE * SIDE);
    images.forEach((image, i) => {
      pixels.set(image.pixels, i * SIDE * SIDE);
    });
    await run.run({ images: pixels, labels: images.map(({ label }) => label) }, 0.01);
  }
  await run.release();
  return new Map([...run.state].map(([name, values]) => [name, Float32Array.from(values)]));
}

it('Grad-CAM of a trained network finds the planted pattern', async () => {
  const graph = compileGradCam(model, { parameters: await train(), preprocessing: PREPROCESSING });
  expect(graph.layer).toBe('seen');
  const session = await openOnnx(graph.onnx, new Map([graph.image, graph.score].map((input) => [input.name, input])));
  const [, rows, columns] = graph.heat.shape;
  const cell = SIDE / rows;
  const shares: number[] = [];
  let hits = 0;
  const images = plantMany(60);
  for (const { pixels, label, row, column } of images) {
    const found = await session.run({
      [graph.image.name]: pixels,
      [graph.score.name]: scoreWeights(model.head, label),
    });
    const heat = found[graph.heat.name].data;
    const isNear = (place: number, start: number) =>
      (place + 0.5) * cell > start - REACH && (place + 0.5) * cell < start + PATTERN + REACH;
    const isInside = (i: number) => isNear(Math.floor(i / columns), row) && isNear(i % columns, column);
    const total = heat.reduce((sum, value) => sum + value, 0);
    expect(total).toBeGreaterThan(0);
    shares.push(heat.reduce((sum, value, i) => sum + (isInside(i) ? value : 0), 0) / total);
    if (isInside(heat.indexOf(Math.max(...heat)))) hits++;
  }
  await session.release();
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  console.log(
    `heat inside the pattern: ${mean.toFixed(3)} on average; hottest place inside: ${hits} of ${images.length}`,
  );
  // The region has a fifth of the area.
  expect(mean).toBeGreaterThan(0.7);
  expect(hits / images.length).toBeGreaterThan(0.95);
});
