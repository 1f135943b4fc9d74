/**
 * The one owner of a model's queue. Requests wait here, not in the model's process: what has not been sent yet survives
 * the end of that process, and what nobody waits for any more is never sent. While a group computes the next one gathers,
 * so that groups grow with the load and a request that comes alone is not held back.
 */
import { type PredictInput, type PredictionTask, TrainyardError } from '@trainyard/contracts';
import type { GroupOutcome, GroupResult } from '../frames/groups.js';
import { type BatchingOptions, BatchLimits } from './batch-limits.js';

/** Bounds of what waits for one model; each request holds its body in memory. */
const WAITING_MAX = 256;
const WAITING_BYTES_MAX = 256 * 2 ** 20;
/** The process computes one group while it already has the next. */
const GROUPS_MAX = 2;

export interface Prediction {
  task: PredictionTask;
  /** A row for each image, in the order of the classes, labels or targets. */
  outputs: Float32Array;
  images: number;
  /** Images of the group that it was computed in. */
  batch: number;
  /** From its arrival here until its group was sent. */
  queue_ms: number;
  /** Decoding and resizing, of the whole group. */
  preprocess_ms: number;
  compute_ms: number;
}

export interface PredictOptions {
  /** Asked when its turn has come: true once the client has gone. */
  isGone?: () => boolean;
  batching?: BatchingOptions;
  /** It is answered only where nothing else waits. */
  background?: boolean;
}

/** What became of a request, for the statistics. */
export interface Answered {
  images: number;
  queue_ms: number;
  preprocess_ms: number;
  compute_ms: number;
  total_ms: number;
  failed: boolean;
}

export interface BatcherOptions {
  task: () => PredictionTask;
  run: (inputs: readonly PredictInput[]) => Promise<GroupOutcome>;
  /** @param images those of the group that were answered */
  onGroup: (images: number, outcome: GroupOutcome) => void;
  onAnswer: (answered: Answered) => void;
  /** A refusal that is not the request's fault, for the log. */
  onRefused: (result: Extract<GroupResult, { error: unknown }>) => void;
}

interface Waiting {
  input: PredictInput;
  images: number;
  bytes: number;
  since: number;
  isGone: (() => boolean) | undefined;
  resolve: (prediction: Prediction) => void;
  reject: (error: Error) => void;
}

export class Batcher {
  readonly #options: BatcherOptions;
  readonly #limits = new BatchLimits();
  #queue: Waiting[] = [];
  #bytes = 0;
  #groups = 0;
  #isOpen = false;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Requests that were not sent yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether anything waits or is computed. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#groups > 0;
  }

  /** From now on groups are sent. @param imagesMax of one run of the session */
  open(imagesMax: number): void {
    this.#limits.limitRuns(imagesMax);
    this.#isOpen = true;
    this.#schedule();
  }

  /** What waits goes on waiting. */
  pause(): void {
    this.#isOpen = false;
  }

  /**
   * Throws `overloaded`, what the request is refused with, and what `run` throws.
   * @param since when it began to wait, of `performance.now()`
   */
  add(input: PredictInput, { isGone, batching, background }: PredictOptions, since: number): Promise<Prediction> {
    const bytes = input.parts.reduce((sum, part) => sum + part.length, 0);
    if (background ? this.isBusy : this.#isFull(bytes)) return Promise.reject(overloaded(this.#queue.length));
    this.#limits.arrived(performance.now(), batching);
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ input, images: imagesOf(input), bytes, since, isGone, resolve, reject });
      this.#schedule();
    });
  }

  /** Refuses everything that waits. */
  refuseAll(error: Error): void {
    const refused = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    for (const { reject } of refused) reject(error);
  }

  #isFull(bytes: number): boolean {
    return this.#queue.length >= WAITING_MAX || (this.#bytes > 0 && this.#bytes + bytes > WAITING_BYTES_MAX);
  }

  /** Not at once: requests that arrived in the same turn of the event loop belong together. */
  #schedule(): void {
    if (this.#isScheduled || !this.#isOpen) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#isOpen && this.#queue.length > 0 && this.#groups < GROUPS_MAX) {
      if (this.#groups > 0 && !this.#isWorthASecondGroup()) return;
      if (this.#groups === 0 && this.#isWorthWaiting()) return;
      const group = this.#take();
      if (group.length > 0) void this.#run(group);
    }
  }

  /**
   * Behind a group that computes: pixels only once a whole batch has gathered, since a small group would keep the next
   * ones from gathering; files at once, because they are decoded while the other group computes.
   */
  #isWorthASecondGroup(): boolean {
    if (this.#queue[0].input.kind !== 'pixels') return true;
    let images = 0;
    for (const waiting of this.#queue) {
      images += waiting.images;
      if (images >= this.#limits.images) return true;
    }
    return false;
  }

  #isWorthWaiting(): boolean {
    const images = this.#queue.reduce((sum, waiting) => sum + waiting.images, 0);
    const delay = this.#limits.delay(images) - (performance.now() - this.#queue[0].since);
    if (delay <= 0) return false;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#schedule();
    }, delay);
    return true;
  }

  /** The next requests in their order, up to the number of images; a larger one goes alone. */
  #take(): Waiting[] {
    const group: Waiting[] = [];
    let images = 0;
    let taken = 0;
    for (; taken < this.#queue.length; taken++) {
      const waiting = this.#queue[taken];
      if (group.length > 0 && images + waiting.images > this.#limits.images) break;
      this.#bytes -= waiting.bytes;
      if (waiting.isGone?.()) {
        waiting.reject(clientGone());
        continue;
      }
      group.push(waiting);
      images += waiting.images;
    }
    this.#queue.splice(0, taken);
    return group;
  }

  async #run(group: readonly Waiting[]): Promise<void> {
    const sentAt = performance.now();
    this.#groups++;
    try {
      const outcome = await this.#options.run(group.map(({ input }) => input));
      this.#settle(group, outcome, sentAt);
    } catch (error) {
      for (const waiting of group) {
        waiting.reject(error instanceof Error ? error : new Error(String(error)));
        this.#answered(waiting, { images: waiting.images, sentAt, outcome: undefined, failed: true });
      }
    } finally {
      this.#groups--;
      this.#schedule();
    }
  }

  #settle(group: readonly Waiting[], outcome: GroupOutcome, sentAt: number): void {
    const { results, preprocess_ms, compute_ms } = outcome;
    const batch = results.reduce((sum, result) => sum + ('images' in result ? result.images : 0), 0);
    if (batch > 0) {
      this.#limits.computed(batch, preprocess_ms + compute_ms);
      this.#options.onGroup(batch, outcome);
    }
    const task = this.#options.task();
    for (const [place, waiting] of group.entries()) {
      const result = results[place];
      if ('images' in result) {
        const { images, outputs } = result;
        const queue_ms = sentAt - waiting.since;
        waiting.resolve({ task, outputs, images, batch, queue_ms, preprocess_ms, compute_ms });
        this.#answered(waiting, { images, sentAt, outcome, failed: false });
      } else {
        this.#options.onRefused(result);
        waiting.reject(toError(result));
        this.#answered(waiting, { images: waiting.images, sentAt, outcome, failed: true });
      }
    }
  }

  #answered(
    { since }: Waiting,
    of: { images: number; sentAt: number; outcome: GroupOutcome | undefined; failed: boolean },
  ): void {
    this.#options.onAnswer({
      images: of.images,
      queue_ms: of.sentAt - since,
      preprocess_ms: of.outcome?.preprocess_ms ?? 0,
      compute_ms: of.outcome?.compute_ms ?? 0,
      total_ms: performance.now() - since,
      failed: of.failed,
    });
  }
}

/** JSON is looked into by the process alone; until then it counts as one. */
function imagesOf({ kind, parts, count }: PredictInput): number {
  if (kind === 'pixels') return count ?? 1;
  return kind === 'files' ? parts.length : 1;
}

function toError({ error, log }: Extract<GroupResult, { error: unknown }>): TrainyardError {
  const { code, message, errors } = error;
  return new TrainyardError(code, message, { ...(errors ? { errors } : {}), cause: log });
}

function overloaded(waiting: number): TrainyardError {
  return new TrainyardError('overloaded', `${waiting} requests wait for this model already. Try again a little later.`);
}

/** Nobody reads it. */
function clientGone(): TrainyardError {
  return new TrainyardError('endpoint_not_ready', 'The client went away before its turn came.');
}
