/** What a loaded model has answered, and how fast. */
import type { Answered } from './batcher.js';

/** A number of requests and the time that they took in all. */
export interface Duration {
  count: number;
  ns: number;
}

export interface ModelStatistics {
  /** Images. */
  inference_count: number;
  /** Runs of the session. */
  execution_count: number;
  /** Of the last answer, in milliseconds since 1970; 0 before the first. */
  last_inference_ms: number;
  success: Duration;
  fail: Duration;
  queue: Duration;
  preprocess: Duration;
  compute: Duration;
  /** Computing, by the number of images. */
  batches: ReadonlyMap<number, Duration>;
  /** Requests that wait. */
  waiting: number;
  /** How often its process has ended by itself. */
  crashes: number;
  /** Of the newest requests that are not older than five minutes; null where there were none. */
  latency_ms: { p50: number; p95: number; p99: number } | null;
}

const RECENT_MAX = 4096;
const RECENT_MS = 5 * 60_000;
const NS_PER_MS = 1e6;

export class StatisticsKeeper {
  #inferences = 0;
  #executions = 0;
  #lastMs = 0;
  readonly #durations = {
    success: { count: 0, ns: 0 },
    fail: { count: 0, ns: 0 },
    queue: { count: 0, ns: 0 },
    preprocess: { count: 0, ns: 0 },
    compute: { count: 0, ns: 0 },
  };
  readonly #batches = new Map<number, Duration>();
  /** The newest latencies and when they were measured, as rings. */
  readonly #latencies = new Float64Array(RECENT_MAX);
  readonly #times = new Float64Array(RECENT_MAX);
  #answers = 0;
  crashes = 0;

  /** @param runs of the session that the group took */
  group(images: number, runs: number, computeMs: number): void {
    this.#inferences += images;
    this.#executions += runs;
    const batch = this.#batches.get(images) ?? { count: 0, ns: 0 };
    this.#batches.set(images, batch);
    add(batch, computeMs);
  }

  answer({ failed, queue_ms, preprocess_ms, compute_ms, total_ms }: Answered): void {
    const now = Date.now();
    add(failed ? this.#durations.fail : this.#durations.success, total_ms);
    if (failed) return;
    this.#lastMs = now;
    add(this.#durations.queue, queue_ms);
    add(this.#durations.preprocess, preprocess_ms);
    add(this.#durations.compute, compute_ms);
    const place = this.#answers++ % RECENT_MAX;
    this.#latencies[place] = total_ms;
    this.#times[place] = now;
  }

  read(waiting: number): ModelStatistics {
    return {
      inference_count: this.#inferences,
      execution_count: this.#executions,
      last_inference_ms: this.#lastMs,
      ...structuredClone(this.#durations),
      batches: new Map([...this.#batches].map(([images, duration]) => [images, { ...duration }])),
      waiting,
      crashes: this.crashes,
      latency_ms: this.#percentiles(),
    };
  }

  #percentiles(): ModelStatistics['latency_ms'] {
    const oldest = Date.now() - RECENT_MS;
    const known = Math.min(this.#answers, RECENT_MAX);
    const recent = this.#latencies.subarray(0, known).filter((_, place) => this.#times[place] >= oldest);
    if (recent.length === 0) return null;
    recent.sort();
    const at = (part: number) => recent[Math.min(recent.length - 1, Math.ceil(part * recent.length) - 1)];
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}

function add(duration: Duration, ms: number): void {
  duration.count++;
  duration.ns += Math.round(ms * NS_PER_MS);
}
