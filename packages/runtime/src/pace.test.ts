import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('Pace', () => {
  it('is unknown before the first', () => {
    expect(new Pace().secondsEach).toBeNull();
  });

  it('is that of all of them where they were alike', () => {
    const pace = new Pace();
    for (let i = 0; i < 1000; i++) {
      pace.add(4, 2);
      expect(pace.secondsEach).toBeCloseTo(0.5);
    }
  });

  it('goes by those of late', () => {
    const pace = new Pace();
    for (let i = 0; i < 20; i++) pace.add(1, 5);
    expect(pace.secondsEach).toBeCloseTo(5);
    for (let i = 0; i < 200; i++) pace.add(1, 1);
    expect(pace.secondsEach).toBeCloseTo(1);
  });

  it('is nothing where they took no time', () => {
    const pace = new Pace();
    pace.add(3, 0);
    expect(pace.secondsEach).toBe(0);
  });
});
