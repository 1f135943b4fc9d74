/** Writes down, about once a second, what was counted and which models this server has loaded. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { EndpointStatistics } from './endpoint-statistics.js';
import type { LoadedModels } from './loaded-models.js';
import { PeriodicTask } from './periodic-task.js';

const EVERY_MS = 1_000;
const FORGET_EVERY_MS = 60_000;

type Endpoints = Pick<Database['endpoints'], 'addStatistics' | 'reportLoaded' | 'removeServer' | 'forgetOldStatistics'>;

export interface StatisticsWriterOptions {
  endpoints: Endpoints;
  statistics: EndpointStatistics;
  loaded: LoadedModels;
  log: FastifyBaseLogger;
}

export class StatisticsWriter {
  readonly #options: StatisticsWriterOptions;
  readonly #server = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  readonly #task: PeriodicTask;
  #forgottenAt = 0;
  #reported: Promise<void> = Promise.resolve();

  constructor(options: StatisticsWriterOptions) {
    this.#options = options;
    this.#task = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.#write(),
      onFailed: (err) => options.log.warn({ err }, 'the figures of the endpoints cannot be written'),
    });
  }

  /**
   * Says at once which models are loaded, before an endpoint is said to be ready. One report after another, each of what
   * is loaded when its turn comes: an older one that was written last would unsay the newer.
   */
  reportLoaded(): Promise<void> {
    const { endpoints, loaded } = this.#options;
    const report = this.#reported.then(() => endpoints.reportLoaded(this.#server, loaded.list()));
    this.#reported = report.catch(() => {});
    return report;
  }

  /** Writes what is left, and that this server has nothing loaded any more. */
  async stop(): Promise<void> {
    await this.#task.stop();
    const { endpoints, log } = this.#options;
    try {
      await this.#writeCounts();
      await endpoints.removeServer(this.#server);
    } catch (err) {
      log.warn({ err }, 'the last figures of the endpoints were not written');
    }
  }

  async #write(): Promise<void> {
    await this.reportLoaded();
    await this.#writeCounts();
    if (performance.now() - this.#forgottenAt < FORGET_EVERY_MS && this.#forgottenAt > 0) return;
    this.#forgottenAt = performance.now();
    await this.#options.endpoints.forgetOldStatistics();
  }

  async #writeCounts(): Promise<void> {
    const { endpoints, statistics } = this.#options;
    const taken = statistics.take();
    try {
      await endpoints.addStatistics(taken);
    } catch (error) {
      statistics.putBack(taken);
      throw error;
    }
  }
}
