import { buildModel, parseModelSpec } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { probeSchedule } from './probe-schedule.js';

function network(filters: number, side = 28) {
  const layers = [
    { type: 'conv2d', filters, kernel_size: 3, padding: 'same', activation: 'relu' },
    { type: 'conv2d', filters, kernel_size: 3, padding: 'same', activation: 'relu' },
    { type: 'global_average_pooling2d' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ];
  return buildModel(parseModelSpec({ layers }), { image: { width: side, height: side, channels: 1 }, classes: 10 });
}

const epochsOf = (schedule: ReturnType<typeof probeSchedule>, epochs: number) =>
  Array.from({ length: epochs + 1 }, (_, epoch) => epoch).filter((epoch) => schedule?.isDue(epoch));

describe('the schedule of looks', () => {
  it('looks after each epoch where that costs little', () => {
    const schedule = probeSchedule(network(32), { trainImages: 60_000, epochs: 5 });
    expect(epochsOf(schedule, 5)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leaves epochs out where they are short, but looks before the first, after it and at the end', () => {
    const schedule = probeSchedule(network(8), { trainImages: 500, epochs: 20 });
    const looks = epochsOf(schedule, 20);
    expect(looks.slice(0, 2)).toEqual([0, 1]);
    expect(looks.at(-1)).toBe(20);
    expect(looks.length).toBeLessThan(20);
  });

  it('writes at most some hundred rows however many epochs there are', () => {
    expect(epochsOf(probeSchedule(network(64), { trainImages: 60_000, epochs: 5_000 }), 5_000).length).toBeLessThan(
      110,
    );
  });

  it('looks at fewer images where each has many values, and at none that are not there', () => {
    const images = (side: number) => probeSchedule(network(64, side), { trainImages: 60_000, epochs: 5 })?.images;
    expect([28, 64, 100].map(images)).toEqual([41, 8, 8]);
    expect(images(256)).toBeUndefined();
    expect(probeSchedule(network(8), { trainImages: 12, epochs: 5 })?.images).toBe(12);
  });
});
