import { describe, expect, it } from 'vitest';
import { ProgressMeter } from './progress.js';

describe('ProgressMeter', () => {
  it('knows no speed and no end before the first run', () => {
    const meter = new ProgressMeter({ epochs: 2, steps: 20, epoch: 0, step: 0, now: 0 });
    expect(meter.snapshot(500)).toEqual({
      epoch: 0,
      epochs: 2,
      step: 0,
      steps: 20,
      fraction: 0,
      eta_s: null,
      images_per_s: null,
    });
  });

  it('expects the steps that are left to take as long as those that are done', () => {
    const meter = new ProgressMeter({ epochs: 2, steps: 20, epoch: 0, step: 0, now: 1000 });
    meter.advance({ epoch: 1, step: 5, images: 500, seconds: 0.5 });
    expect(meter.snapshot(2000)).toMatchObject({ epoch: 1, step: 5, fraction: 0.25, eta_s: 3, images_per_s: 1000 });
  });

  it('counts only the steps of this process after a resume', () => {
    const meter = new ProgressMeter({ epochs: 2, steps: 20, epoch: 1, step: 10, now: 0 });
    expect(meter.snapshot(100)).toMatchObject({ fraction: 0.5, eta_s: null });
    meter.advance({ epoch: 2, step: 12, images: 20, seconds: 1 });
    expect(meter.snapshot(1000).eta_s).toBe(4);
  });

  it('smooths the speed', () => {
    const meter = new ProgressMeter({ epochs: 1, steps: 4, epoch: 0, step: 0, now: 0 });
    meter.advance({ epoch: 1, step: 1, images: 100, seconds: 1 });
    meter.advance({ epoch: 1, step: 2, images: 1000, seconds: 1 });
    const speed = meter.snapshot(2000).images_per_s;
    expect(speed).toBeGreaterThan(100);
    expect(speed).toBeLessThan(500);
  });
});
