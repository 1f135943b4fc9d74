/** How many of the most probable classes an answer names. */
import { outputNames, TrainyardError } from '@trainyard/contracts';
import type { ServedEndpoint } from '@trainyard/db';

/**
 * As the request asks, else as the endpoint does; null for none. Throws `invalid_request` where the endpoint's model has no
 * classes.
 */
export function topKOf(asked: number | undefined, { settings, model }: ServedEndpoint): number | null {
  const { dataset } = model;
  if (asked !== undefined && dataset.task === 'regression') {
    const detail = 'This endpoint gives numbers, of which none is the most probable. Leave `top_k` out.';
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/top_k', detail }] });
  }
  const count = asked ?? settings.top_k;
  return count === null ? null : Math.min(count, outputNames(dataset).length);
}
