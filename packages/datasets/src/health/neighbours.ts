/** For each picture the few that are nearest to it so far. */

export class Neighbours {
  readonly size: number;
  /** Places of the neighbours, [count, size], the nearest first; only as many as `counts` says. */
  readonly places: Uint32Array;
  readonly counts: Uint8Array;
  readonly #nearness: Float32Array;

  constructor(count: number, size: number) {
    this.size = size;
    this.places = new Uint32Array(count * size);
    this.counts = new Uint8Array(count);
    this.#nearness = new Float32Array(count * size);
  }

  /** Takes a neighbour, unless as many nearer ones are known; of one that comes again the greater nearness counts. */
  offer(of: number, place: number, nearness: number): void {
    const start = of * this.size;
    const count = this.counts[of];
    if (count === this.size && nearness <= this.#nearness[start + count - 1]) return;
    const known = this.#find(start, count, place);
    if (known >= 0 && this.#nearness[known] >= nearness) return;
    let at = known >= 0 ? known : start + Math.min(count, this.size - 1);
    if (known < 0 && count < this.size) this.counts[of]++;
    for (; at > start && this.#nearness[at - 1] < nearness; at--) {
      this.places[at] = this.places[at - 1];
      this.#nearness[at] = this.#nearness[at - 1];
    }
    this.places[at] = place;
    this.#nearness[at] = nearness;
  }

  /** How near the nearest is; 0 where there is none. */
  nearest(of: number): number {
    return this.counts[of] > 0 ? this.#nearness[of * this.size] : 0;
  }

  #find(start: number, count: number, place: number): number {
    for (let at = start; at < start + count; at++) if (this.places[at] === place) return at;
    return -1;
  }
}
