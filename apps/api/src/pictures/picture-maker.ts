/**
 * Draws pictures in a thread of its own, one order after another: only one at a time has its pixels in memory, 64 MiB at
 * most.
 */
import { TrainyardError } from '@trainyard/contracts';
import { AnsweringThread } from '../threads/answering-thread.js';
import type { PictureAnswer, PictureOrder } from './picture-orders.js';

const WAITING_MAX = 32;

export class PictureMaker {
  readonly #thread = new AnsweringThread<PictureOrder, PictureAnswer>({
    script: new URL('../../dist/pictures/picture-thread.js', import.meta.url),
    waitingMax: 1,
    waitingFor: 'picture is being drawn',
  });
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param load reads what is to be drawn, when its turn has come. Throws `overloaded` where too many wait already. */
  async draw(load: () => Promise<PictureOrder>): Promise<PictureAnswer> {
    if (this.#waiting >= WAITING_MAX) {
      throw new TrainyardError(
        'overloaded',
        `${WAITING_MAX} pictures are waiting to be drawn. Try again a little later.`,
      );
    }
    this.#waiting++;
    const turn = this.#last.then(async () => {
      const order = await load();
      return this.#thread.ask(order, 'pixels' in order ? [order.pixels.buffer] : []);
    });
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  /** Ends the thread; what it has not drawn is refused. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
