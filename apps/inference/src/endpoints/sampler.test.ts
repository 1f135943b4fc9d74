import { expect, it } from 'vitest';
import { Sampler } from './sampler.js';

it.each([0.01, 0.1, 0.25, 0.5, 0.9])('picks %f of any run, of every other request as well', (share) => {
  const sampler = new Sampler();
  const picks = Array.from({ length: 4000 }, () => sampler.picks(share));
  const count = (places: (place: number) => boolean) => picks.filter((picked, place) => picked && places(place)).length;
  for (let first = 0; first < 4000; first += 500) {
    expect(Math.abs(count((place) => place >= first && place < first + 500) - 500 * share)).toBeLessThan(5);
  }
  for (const turn of [2, 3, 7]) {
    const turns = Math.ceil(4000 / turn);
    expect(Math.abs(count((place) => place % turn === 0) - turns * share)).toBeLessThan(10);
  }
});
