import { expect, it } from 'vitest';
import { EndpointStatistics } from './endpoint-statistics.js';

const asked = { endpointId: 'ep_1', checkpointId: 'ckpt_1' };

it('counts until it is taken, and goes on from what could not be written', () => {
  const statistics = new EndpointStatistics();
  statistics.answered(asked, { images: 3, milliseconds: 10 });
  statistics.answered({ ...asked, checkpointId: 'ckpt_2' }, { images: 1, milliseconds: 10 });
  statistics.refused(asked, 'invalid_image');
  const comparison = { images: 2, agreed: 1, values: 4, differenceSum: 0.5, differenceMax: 0.25 };
  statistics.compared(asked, 'ckpt_3', comparison);
  statistics.notCompared(asked, 'ckpt_3', 'dropped');
  const taken = statistics.take();
  expect(statistics.take()).toEqual({ counts: [], latencies: [], agreements: [] });

  statistics.answered(asked, { images: 4, milliseconds: 10 });
  statistics.compared(asked, 'ckpt_3', { ...comparison, differenceMax: 0.125 });
  statistics.putBack(taken);
  const { counts, latencies, agreements } = statistics.take();
  const byKey = Object.fromEntries(counts.map((row) => [`${row.checkpointId} ${row.kind}`, row.count]));
  expect(byKey).toEqual({
    'ckpt_1 requests': 2,
    'ckpt_1 images': 7,
    'ckpt_2 requests': 1,
    'ckpt_2 images': 1,
    'ckpt_1 error:invalid_image': 1,
  });
  expect(latencies.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  expect(agreements).toEqual([
    {
      ...asked,
      shadowId: 'ckpt_3',
      requests: 2,
      images: 4,
      agreed: 2,
      values: 8,
      differenceSum: 1,
      differenceMax: 0.25,
      dropped: 1,
      failed: 0,
    },
  ]);
});
