// Charts read back: what a decoder makes of them.
import { decodeImage } from '@trainyard/datasets';
import {
  barChart,
  type Chart,
  drawChart,
  heatmap,
  histogramStack,
  lineChart,
  parallelCoordinates,
  scatter,
} from '@trainyard/pictures';
import { describe, expect, it } from 'vitest';

type Colour = [number, number, number];

async function pixelsOf(png: Uint8Array) {
  const [width, height] = [Buffer.from(png).readUInt32BE(16), Buffer.from(png).readUInt32BE(20)];
  const pixels = await decodeImage(png, { width, height, channels: 3, fit: 'cover' });
  const count = ([red, green, blue]: Colour) => {
    let found = 0;
    for (let i = 0; i < pixels.length; i += 3) {
      if (pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue) found++;
    }
    return found;
  };
  return { width, height, count };
}

const RED: Colour = [255, 0, 0];
const BLUE: Colour = [0, 0, 255];

describe('a line chart', () => {
  const chart = { title: 'Loss', xLabel: 'epoch', yLabel: 'loss', xDomain: [0, 10], yDomain: [0, 1] } as const;

  it('has the size that it is asked for, and its lines in their colours', async () => {
    const series = [
      { name: 'train', colour: RED, points: [[0, 0.5] as const, [10, 0.5] as const] },
      { name: 'dashed', colour: BLUE, dashed: true, points: [[0, 0.9] as const, [10, 0.9] as const] },
    ];
    const picture = await pixelsOf(lineChart({ ...chart, series, width: 900, height: 600 }));
    expect(picture).toMatchObject({ width: 900, height: 600 });
    const [whole, dashed] = [picture.count(RED), picture.count(BLUE)];
    expect(whole).toBeGreaterThan(2000);
    expect(dashed / whole).toBeGreaterThan(0.4);
    expect(dashed / whole).toBeLessThan(0.75);
  });

  it('is drawn of nothing, of one point, of what is not finite, and of values beyond its domain', async () => {
    const points = [
      [],
      [[3, 0.5]],
      [
        [1, Number.NaN],
        [2, Number.POSITIVE_INFINITY],
        [3, 0.2],
      ],
      [
        [0, -1e12],
        [10, 1e12],
      ],
    ];
    for (const each of points) {
      const series = [{ name: 'a', colour: RED, area: true, points: each.map(([x, y]) => [x, y] as const) }];
      for (const logY of [false, true])
        await pixelsOf(lineChart({ ...chart, logY, yDomain: logY ? undefined : [0, 1], series }));
    }
  });
});

describe('a heat map', () => {
  it('has dark cells for what is much, and writes what they hold', async () => {
    const chart = { title: 'C', rows: ['a', 'b'], columns: ['a', 'b'], xLabel: 'predicted', yLabel: 'true' };
    const some = await pixelsOf(
      heatmap({
        ...chart,
        values: [
          [9, 0],
          [0, 9],
        ],
      }),
    );
    const none = await pixelsOf(
      heatmap({
        ...chart,
        values: [
          [9, 0],
          [0, 0],
        ],
      }),
    );
    const dark: Colour = [10, 36, 88];
    expect(some.count(dark) / none.count(dark)).toBeGreaterThan(1.6);
    expect(some.count([255, 255, 255])).toBeLessThan(none.count([255, 255, 255]));
  });

  it('takes many classes and long names', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `a class with a long name, number ${i}`);
    const values = names.map((_, row) => names.map((_, column) => (row === column ? 1 : 0)));
    const { width } = await pixelsOf(
      heatmap({ title: 'C', rows: names, columns: names, values, xLabel: 'x', yLabel: 'y' }),
    );
    expect(width).toBeLessThanOrEqual(1600);
  });
});

describe('a histogram stack', () => {
  it('is to one scale but for the bin that is cut off', async () => {
    const chart = { title: 'H', xLabel: 'x', yLabel: 'epoch', edges: [0, 1, 2, 3] };
    const rows = [{ name: '1', counts: [1, 98, 1] }];
    const cut = await pixelsOf(histogramStack({ ...chart, rows, cutBin: 1 }));
    const whole = await pixelsOf(histogramStack({ ...chart, rows }));
    const white: Colour = [255, 255, 255];
    expect(cut.count(white)).toBeLessThan(whole.count(white));
  });
});

describe('every chart', () => {
  const labels = { title: 'A title', xLabel: 'x', yLabel: 'y' };
  const charts: Chart[] = [
    { type: 'line', ...labels, series: [], diagonal: 'chance', marks: [{ x: 3, name: 'best' }] },
    { type: 'heatmap', ...labels, rows: [], columns: [], values: [] },
    { type: 'scatter', ...labels, groups: [], logX: true },
    { type: 'scatter', ...labels, groups: [{ name: 'g', points: [[0, 1]] }], xNames: ['a'], nameGroups: true },
    { type: 'bar', title: 'B', xLabel: 'x', bars: [] },
    { type: 'histogram_stack', ...labels, edges: [], rows: [] },
    { type: 'parallel_coordinates', title: 'P', axes: [], lines: [], scoreLabel: 's', goal: 'minimize' },
  ];

  it.each(charts.map((chart) => [chart.type, chart] as const))(
    '%s is drawn where there is little or nothing',
    async (_, chart) => {
      const { width, height } = await pixelsOf(drawChart(chart));
      expect(width * height).toBeGreaterThan(10_000);
    },
  );

  it('is the same each time', () => {
    const bars = [
      { name: 'a', value: 0.3, error: 0.1 },
      { name: 'b', value: -0.1 },
    ];
    const draw = () => barChart({ title: 'B', xLabel: 'x', bars });
    expect(draw()).toEqual(draw());
    const groups = [{ name: 'a', points: [[0, 1] as const, [2, 3] as const] }];
    expect(scatter({ ...labels, groups })).toEqual(scatter({ ...labels, groups }));
  });

  it('of trials draws those without a score or a parameter', async () => {
    const axes = [
      { name: 'rate', kind: 'log' as const },
      { name: 'kind', kind: 'category' as const },
    ];
    const lines = [
      { values: [0.1, 'a'], score: 0.5 },
      { values: [0.01, null], score: 0.9 },
      { values: [0.001, 'b'], score: null },
    ];
    const png = parallelCoordinates({ title: 'P', axes, lines, scoreLabel: 'accuracy', goal: 'maximize' });
    // The best one, in the brightest colour.
    expect((await pixelsOf(png)).count([225, 215, 40])).toBeGreaterThan(1000);
  });
});
