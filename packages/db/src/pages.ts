/** Pages of a list. A query asks for one row more than the page holds, and so knows whether there are more. */
import { LIST_LIMIT_DEFAULT, type List } from '@trainyard/contracts';

/** `after` is the `next_cursor` of the page before: an id, or a step for metrics. */
export interface Page {
  limit?: number;
  after?: string;
}

export function limitOf(page: Page): number {
  return page.limit ?? LIST_LIMIT_DEFAULT;
}

/** The order and size of a list by descending id: newest first, one row more than the page. */
export function newestFirst(page: Page) {
  return { orderBy: { id: 'desc' as const }, take: limitOf(page) + 1 };
}

/** The rows that come after the page before, in a list by descending id. */
export function olderThan(page: Page) {
  return page.after === undefined ? {} : { id: { lt: page.after } };
}

export function idOf(row: { id: string }): string {
  return row.id;
}

/** The page of `rows`, of which there may be one too many. */
export function toList<Row, Item>(
  rows: readonly Row[],
  page: Page,
  toItem: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): List<Item> {
  const shown = rows.slice(0, limitOf(page));
  const last = shown.at(-1);
  const hasMore = rows.length > shown.length;
  return {
    object: 'list',
    data: shown.map(toItem),
    has_more: hasMore,
    next_cursor: hasMore && last !== undefined ? cursorOf(last) : null,
  };
}
