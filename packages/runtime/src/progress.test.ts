import { describe, expect, it } from 'vitest';
import { ProgressMeter, type ProgressOptions } from './progress.js';

const NO_LOOKS = { train: 100, validation: 0, test: 0 };

function meterOf(options: Partial<ProgressOptions> = {}): ProgressMeter {
  return new ProgressMeter({ epochs: 2, steps: 20, epoch: 0, step: 0, images: NO_LOOKS, now: 0, ...options });
}

describe('ProgressMeter', () => {
  it('knows no speed and no end before the first run', () => {
    expect(meterOf().snapshot(500)).toEqual({
      epoch: 0,
      epochs: 2,
      step: 0,
      steps: 20,
      fraction: 0,
      eta_s: null,
      eta_error_s: null,
      images_per_s: null,
    });
  });

  it('expects the steps that are left to take as long as those that are done', () => {
    const meter = meterOf({ now: 1000 });
    meter.advance({ epoch: 1, step: 5, images: 500, seconds: 0.5, now: 2000 });
    expect(meter.snapshot(2000)).toMatchObject({ epoch: 1, step: 5, fraction: 0.25, eta_s: 3, images_per_s: 1000 });
  });

  it('forgets the first run, which is slow, once there is another', () => {
    const meter = meterOf();
    meter.advance({ epoch: 1, step: 4, images: 40, seconds: 3, now: 4000 });
    expect(meter.snapshot(4000).eta_s).toBe(16);
    meter.advance({ epoch: 1, step: 8, images: 40, seconds: 0.3, now: 4400 });
    expect(meter.snapshot(4400).eta_s).toBe(1.2);
  });

  it('counts only the steps of this process after a resume', () => {
    const meter = meterOf({ epoch: 1, step: 10 });
    expect(meter.snapshot(100)).toMatchObject({ fraction: 0.5, eta_s: null });
    meter.advance({ epoch: 2, step: 12, images: 20, seconds: 1, now: 1000 });
    expect(meter.snapshot(1000).eta_s).toBe(4);
  });

  it('counts on the ends of epochs and the test: by the images at first, then by those that there were', () => {
    const meter = meterOf({ images: { train: 100, validation: 30, test: 15 } });
    meter.advance({ epoch: 1, step: 5, images: 50, seconds: 5, now: 5000 });
    // A second a step; an image that is only looked at costs a third of the tenth of a second that training on it takes.
    expect(meter.snapshot(5000).eta_s).toBe(15 + 2 * 1 + 0.5);
    meter.advance({ epoch: 1, step: 10, images: 50, seconds: 5, now: 10_000 });
    meter.epochEnded(16_000);
    expect(meter.snapshot(16_000).eta_s).toBe(10 + 6 + 3);
    meter.advance({ epoch: 2, step: 20, images: 100, seconds: 10, now: 26_000 });
    meter.epochEnded(32_000);
    expect(meter.snapshot(32_000)).toMatchObject({ fraction: 1, eta_s: 3 });
  });

  it('smooths the speed', () => {
    const meter = meterOf({ epochs: 1, steps: 4 });
    meter.advance({ epoch: 1, step: 1, images: 100, seconds: 1, now: 1000 });
    meter.advance({ epoch: 1, step: 2, images: 1000, seconds: 1, now: 2000 });
    const speed = meter.snapshot(2000).images_per_s;
    expect(speed).toBeGreaterThan(100);
    expect(speed).toBeLessThan(500);
  });

  it('says that it is sure where every run took as long as the others, and unsure where they did not', () => {
    const errorsOf = (secondsOf: (step: number) => number) => {
      const meter = meterOf({ steps: 100 });
      let now = 0;
      return Array.from({ length: 60 }, (_, i) => {
        now += 1000 * secondsOf(i + 1);
        meter.advance({ epoch: i < 50 ? 1 : 2, step: i + 1, images: 1, seconds: secondsOf(i + 1), now });
        return meter.snapshot(now).eta_error_s;
      });
    };
    const steady = errorsOf(() => 1);
    expect(steady.slice(0, 3)).toEqual([null, null, null]);
    expect(steady[59]).toBe(0);
    const slower = errorsOf((step) => (step <= 30 ? 1 : 2));
    expect(slower[29]).toBe(0);
    expect(slower[59]).toBeGreaterThan(5);
    expect(slower[59]).toBeLessThan(80);
  });
});
