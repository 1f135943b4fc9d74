/** Endpoints as they are answered: how a shadow agrees is a share with its interval. */
import { wilson } from '@trainyard/analysis';
import type { Endpoint, ShadowAgreement } from '@trainyard/contracts';
import type { StoredEndpoint } from '@trainyard/db';

export function showEndpoint({ shadow, ...endpoint }: StoredEndpoint): Endpoint {
  if (shadow === null) return { ...endpoint, shadow };
  const { agreement, ...chosen } = shadow;
  return { ...endpoint, shadow: { ...chosen, agreement: toAgreement(agreement) } };
}

type Counts = NonNullable<StoredEndpoint['shadow']>['agreement'];

function toAgreement(counts: Counts): ShadowAgreement {
  const { requests, images, agreed, values, dropped, failed } = counts;
  const isCompared = values > 0;
  return {
    requests,
    images,
    agreement: images > 0 && counts.hasClasses ? wilson(agreed, images) : null,
    mean_difference: isCompared ? counts.differenceSum / values : null,
    largest_difference: isCompared ? counts.differenceMax : null,
    dropped,
    failed,
  };
}
