/** What answers for endpoints, put together: the directory, the service, and what works beside the requests. */
import type { Database } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';
import type { ModelPool } from '../models/model-pool.js';
import { EndpointDirectory } from './endpoint-directory.js';
import { EndpointLoader } from './endpoint-loader.js';
import { EndpointService } from './endpoint-service.js';
import { EndpointStatistics } from './endpoint-statistics.js';
import { EndpointWatcher } from './endpoint-watcher.js';
import { LoadedModels } from './loaded-models.js';
import { StatisticsWriter } from './statistics-writer.js';

export interface OpenEndpointsOptions {
  endpoints: Database['endpoints'];
  pool: ModelPool;
  log: FastifyBaseLogger;
}

export interface OpenEndpoints {
  directory: EndpointDirectory;
  service: EndpointService;
  statistics: EndpointStatistics;
  /** Resolves once nothing is under way and the last figures are written. */
  stop: () => Promise<void>;
}

export function openEndpoints(options: OpenEndpointsOptions): OpenEndpoints {
  const directory = new EndpointDirectory(options.endpoints);
  const statistics = new EndpointStatistics();
  const loaded = new LoadedModels(options.pool);
  const parts = { ...options, directory, statistics, loaded };
  const service = new EndpointService(parts);
  const writer = new StatisticsWriter(parts);
  const loader = new EndpointLoader({ ...parts, reportLoaded: () => writer.reportLoaded() });
  const watcher = new EndpointWatcher({ ...parts, service, loader });
  const stop = async () => {
    await watcher.stop();
    await writer.stop();
  };
  return { directory, service, statistics, stop };
}
