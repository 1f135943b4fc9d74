/** Asynchronous work on many items at once, with its results in the order of the items. */

export interface OrderedMapOptions<T> {
  /** How many items are worked on at once. */
  concurrency: number;
  /** What an item costs while it is worked on, in any unit; an item that costs more than the budget runs alone. */
  cost: (item: T) => number;
  budget: number;
}

/** Results that wait for an earlier one, for each item that is worked on: so one that takes long holds up no others. */
const WAITING = 4;

interface Slot<R> {
  result: Promise<R>;
  isDone: boolean;
}

/** Yields `work(item)` in order, and starts no more work than the options allow ahead of the reader. */
export async function* orderedMap<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  { concurrency, cost, budget }: OrderedMapOptions<T>,
): AsyncGenerator<R> {
  const pending: Slot<R>[] = [];
  let running = 0;
  let spent = 0;
  let onEnd = () => {};
  const start = (item: T, itemCost: number): void => {
    running++;
    spent += itemCost;
    const slot: Slot<R> = { result: work(item), isDone: false };
    const end = () => {
      running--;
      spent -= itemCost;
      slot.isDone = true;
      onEnd();
    };
    // A failure is seen when its turn comes; until then it is not an unhandled one.
    slot.result.then(end, end);
    pending.push(slot);
  };
  const takeFirst = (): Promise<R> => {
    const [first] = pending.splice(0, 1);
    return first.result;
  };
  const nextEnd = () => new Promise<void>((resolve) => (onEnd = resolve));
  const hasRoom = (itemCost: number): boolean =>
    pending.length < (1 + WAITING) * concurrency &&
    running < concurrency &&
    (running === 0 || spent + itemCost <= budget);
  try {
    for await (const item of items) {
      const itemCost = cost(item);
      while (pending[0]?.isDone || !hasRoom(itemCost)) {
        if (pending[0]?.isDone) yield await takeFirst();
        else await nextEnd();
      }
      start(item, itemCost);
    }
    while (pending.length > 0) yield await takeFirst();
  } finally {
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}
