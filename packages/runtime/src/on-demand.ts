/** Something that takes long to open and may not be needed yet: opened when it is first asked for. */

export class OnDemand<T extends { release(): Promise<void> }> {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | null = null;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  /** Whether somebody has asked for it. */
  get isAskedFor(): boolean {
    return this.#opened !== null;
  }

  get(): Promise<T> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** What was never asked for is not opened for it. */
  async release(): Promise<void> {
    // Whoever asked has heard why it could not be opened.
    const opened = await this.#opened?.catch(() => null);
    await opened?.release();
  }
}
