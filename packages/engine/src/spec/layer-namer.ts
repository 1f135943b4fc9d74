/** Names layers as Keras does: the first is `conv2d`, then `conv2d_1`, around the names that were given. */
export class LayerNamer {
  private readonly given: ReadonlySet<unknown>;
  private readonly used = new Set<string>();

  /** @param given the names that stand in what was posted */
  constructor(given: readonly unknown[]) {
    this.given = new Set(given);
  }

  /** The name itself, or null where it is taken. */
  claim(name: string): string | null {
    if (this.used.has(name)) return null;
    this.used.add(name);
    return name;
  }

  make(type: string): string {
    for (let i = 0; ; i++) {
      const name = i === 0 ? type : `${type}_${i}`;
      if (!this.used.has(name) && !this.given.has(name)) {
        this.used.add(name);
        return name;
      }
    }
  }
}
