/** Counts what endpoints do until it is written down: as increments, so that several servers add up. */
import { bucketOf, type ErrorCode } from '@trainyard/contracts';
import type { AgreementIncrement, CountIncrement, EndpointIncrements, LatencyIncrement } from '@trainyard/db';

const MINUTE_MS = 60_000;

/** An endpoint and the checkpoint that it was asked of. */
export interface Asked {
  endpointId: string;
  checkpointId: string;
}

/** Of one request whose answers were compared. */
export type Comparison = Pick<AgreementIncrement, 'images' | 'agreed' | 'values' | 'differenceSum' | 'differenceMax'>;

interface Answers {
  requests: number;
  images: number;
  /** How many requests took what a bucket stands for. */
  buckets: Map<number, number>;
}

export class EndpointStatistics {
  /** Since they were last made rows, all in one minute: by endpoint, by checkpoint. */
  readonly #answers = new Map<string, Map<string, Answers>>();
  /** Minutes since 1970. */
  #minute = 0;
  #counts = new Map<string, CountIncrement>();
  #latencies = new Map<string, LatencyIncrement>();
  #agreements = new Map<string, AgreementIncrement>();

  /** Runs for every request, so it makes no keys: what it counts becomes rows once a second. */
  answered(
    { endpointId, checkpointId }: Asked,
    { images, milliseconds }: { images: number; milliseconds: number },
  ): void {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#intoRows();
      this.#minute = minute;
    }
    const answers = this.#answersOf(endpointId, checkpointId);
    answers.requests++;
    answers.images += images;
    const bucket = bucketOf(milliseconds);
    answers.buckets.set(bucket, (answers.buckets.get(bucket) ?? 0) + 1);
  }

  refused(asked: Asked, code: ErrorCode): void {
    this.#count({ ...asked, kind: `error:${code}`, count: 1 });
  }

  compared(asked: Asked, shadowId: string, comparison: Comparison): void {
    this.#agree({ ...asked, shadowId, ...comparison, requests: 1, dropped: 0, failed: 0 });
  }

  notCompared(asked: Asked, shadowId: string, reason: 'dropped' | 'failed'): void {
    const nothing = { requests: 0, images: 0, agreed: 0, values: 0, differenceSum: 0, differenceMax: 0 };
    this.#agree({ ...asked, shadowId, ...nothing, dropped: 0, failed: 0, [reason]: 1 });
  }

  /** What was counted since the last time. */
  take(): EndpointIncrements {
    this.#intoRows();
    const taken = {
      counts: [...this.#counts.values()],
      latencies: [...this.#latencies.values()],
      agreements: [...this.#agreements.values()],
    };
    this.#counts = new Map();
    this.#latencies = new Map();
    this.#agreements = new Map();
    return taken;
  }

  /** What could not be written. */
  putBack({ counts, latencies, agreements }: EndpointIncrements): void {
    for (const row of counts) this.#count(row);
    for (const row of latencies) this.#time(row);
    for (const row of agreements) this.#agree(row);
  }

  #answersOf(endpointId: string, checkpointId: string): Answers {
    const checkpoints = this.#answers.get(endpointId) ?? new Map<string, Answers>();
    const answers = checkpoints.get(checkpointId) ?? { requests: 0, images: 0, buckets: new Map() };
    if (answers.requests === 0) this.#answers.set(endpointId, checkpoints.set(checkpointId, answers));
    return answers;
  }

  #intoRows(): void {
    const minute = new Date(this.#minute * MINUTE_MS);
    for (const [endpointId, checkpoints] of this.#answers) {
      for (const [checkpointId, { requests, images, buckets }] of checkpoints) {
        this.#count({ endpointId, checkpointId, kind: 'requests', count: requests });
        this.#count({ endpointId, checkpointId, kind: 'images', count: images });
        for (const [bucket, count] of buckets) this.#time({ endpointId, minute, bucket, count });
      }
    }
    this.#answers.clear();
  }

  #count(row: CountIncrement): void {
    const key = `${row.endpointId} ${row.checkpointId} ${row.kind}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { ...row });
    else known.count += row.count;
  }

  #time(row: LatencyIncrement): void {
    const key = `${row.endpointId} ${row.minute.getTime()} ${row.bucket}`;
    const known = this.#latencies.get(key);
    if (known === undefined) this.#latencies.set(key, { ...row });
    else known.count += row.count;
  }

  #agree(row: AgreementIncrement): void {
    const key = `${row.endpointId} ${row.checkpointId} ${row.shadowId}`;
    const known = this.#agreements.get(key);
    if (known === undefined) {
      this.#agreements.set(key, { ...row });
      return;
    }
    for (const field of ['requests', 'images', 'agreed', 'values', 'differenceSum', 'dropped', 'failed'] as const) {
      known[field] += row[field];
    }
    known.differenceMax = Math.max(known.differenceMax, row.differenceMax);
  }
}
