/** Opens the database: one pool of connections and a repository for each resource. */
import { openClient } from './client.js';
import { QUEUE_RULES, type QueueRules } from './queue-order.js';
import { openAnalyses } from './repositories/analyses.js';
import { openBackbones } from './repositories/backbones.js';
import { openCheckpoints } from './repositories/checkpoints.js';
import { openDatasetEvents } from './repositories/dataset-events.js';
import { openDatasets } from './repositories/datasets.js';
import { openEndpoints } from './repositories/endpoints.js';
import { openEvents } from './repositories/events.js';
import { openForecasts } from './repositories/forecasts.js';
import { openIdempotencyKeys } from './repositories/idempotency-keys.js';
import { openJobLogs } from './repositories/job-logs.js';
import { openJobs } from './repositories/jobs.js';
import { openKeys } from './repositories/keys.js';
import { openMetrics } from './repositories/metrics.js';
import { openModels } from './repositories/models.js';
import { openOutbox } from './repositories/outbox.js';
import { openProjects } from './repositories/projects.js';
import { openSweeps } from './repositories/sweeps.js';
import { openUploads } from './repositories/uploads.js';
import { openWebhooks } from './repositories/webhooks.js';
import { openWorkers } from './repositories/workers.js';
import { settleCommits } from './settled-commits.js';

export type Database = ReturnType<typeof openDatabase>;

/**
 * Connects on first use. `url` is a `postgresql://` address of an existing database. With `settleMs`, a transaction whose
 * connection was lost at its commit is asked after for so long: one that then fails with a lost connection was not
 * committed and can be tried again.
 */
export function openDatabase(url: string, rules: QueueRules = QUEUE_RULES, { settleMs = 0 } = {}) {
  const client = settleMs > 0 ? settleCommits(openClient(url), settleMs) : openClient(url);
  return {
    projects: openProjects(client),
    keys: openKeys(client),
    datasets: openDatasets(client),
    datasetEvents: openDatasetEvents(client),
    uploads: openUploads(client),
    models: openModels(client),
    backbones: openBackbones(client),
    jobs: openJobs(client, rules),
    jobLogs: openJobLogs(client),
    metrics: openMetrics(client),
    checkpoints: openCheckpoints(client),
    analyses: openAnalyses(client),
    forecasts: openForecasts(client),
    events: openEvents(client),
    endpoints: openEndpoints(client),
    sweeps: openSweeps(client),
    idempotencyKeys: openIdempotencyKeys(client),
    outbox: openOutbox(client),
    webhooks: openWebhooks(client),
    workers: openWorkers(client),

    /** Throws when Postgres does not answer. */
    async check(): Promise<void> {
      await client.$queryRaw`SELECT 1`;
    },

    close(): Promise<void> {
      return client.$disconnect();
    },
  };
}
