/** Asynchronous work on many items at once, with its results in the order of the items. */

export interface OrderedMapOptions<T> {
  /** How many items are worked on at once. */
  concurrency: number;
  /** What an item costs while it is worked on, in any unit; an item that costs more than the budget runs alone. */
  cost: (item: T) => number;
  budget: number;
}

/** Yields `work(item)` in order, and starts no more work than the options allow ahead of the reader. */
export async function* orderedMap<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  { concurrency, cost, budget }: OrderedMapOptions<T>,
): AsyncGenerator<R> {
  const pending: { result: Promise<R>; cost: number }[] = [];
  let spent = 0;
  const takeFirst = (): Promise<R> => {
    const [first] = pending.splice(0, 1);
    spent -= first.cost;
    return first.result;
  };
  try {
    for await (const item of items) {
      const itemCost = cost(item);
      while (pending.length > 0 && (pending.length >= concurrency || spent + itemCost > budget)) {
        yield await takeFirst();
      }
      const result = work(item);
      // A failure is seen when its turn comes; until then it is not an unhandled one.
      result.catch(() => {});
      pending.push({ result, cost: itemCost });
      spent += itemCost;
    }
    while (pending.length > 0) yield await takeFirst();
  } finally {
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}
