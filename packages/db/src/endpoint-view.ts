/** Endpoints as the API shows them, put together from their row and from what the inference servers have written. */
import {
  DEFAULT_SETTINGS,
  type Endpoint,
  type EndpointMove,
  type EndpointRole,
  type EndpointSettings,
  type ErrorRecord,
} from '@trainyard/contracts';
import type { Prisma, PrismaClient } from './client.js';
import {
  type AgreementCounts,
  type EndpointActivity,
  type LoadedOnServer,
  loadOf,
  readActivity,
  readLoaded,
} from './endpoint-activity.js';
import { fromJson } from './json.js';
import { idOf } from './pages.js';

/** An endpoint as it is stored: how its shadow agrees is still in counts. */
export type StoredEndpoint = Omit<Endpoint, 'shadow'> & {
  shadow:
    | (Omit<NonNullable<Endpoint['shadow']>, 'agreement'> & {
        agreement: AgreementCounts & {
          /** False of a regression, whose answers are not the same or another. */
          hasClasses: boolean;
        };
      })
    | null;
};

export const shownInclude = {
  checkpoint: { select: { jobId: true, job: { select: { dataset: { select: { task: true } } } } } },
  uses: true,
} satisfies Prisma.EndpointInclude;

type EndpointRow = Prisma.EndpointGetPayload<{ include: typeof shownInclude }>;

/** In the order of the rows. */
export async function showEndpoints(client: PrismaClient, rows: readonly EndpointRow[]): Promise<StoredEndpoint[]> {
  if (rows.length === 0) return [];
  const [activity, loaded] = await Promise.all([readActivity(client, rows.map(idOf)), readLoaded(client)]);
  return rows.map((row) => toEndpoint(row, activity(row.id), loaded));
}

export function toSettings(settings: Prisma.JsonValue): EndpointSettings {
  return { ...DEFAULT_SETTINGS, ...fromJson<Partial<EndpointSettings>>(settings) };
}

function toEndpoint(
  row: EndpointRow,
  { counts, latency, agreements }: EndpointActivity,
  loaded: readonly LoadedOnServer[],
): StoredEndpoint {
  const move = useOf(row, 'move');
  const load = loadOf([row.checkpointId, ...row.uses.map(({ checkpointId }) => checkpointId)], loaded);
  return {
    id: row.id,
    object: 'endpoint',
    name: row.name,
    status: statusOf(row, load),
    checkpoint_id: row.checkpointId,
    job_id: row.checkpoint.jobId,
    moving_to: move ? { checkpoint_id: move.checkpointId, since: move.since.toISOString() } : null,
    last_move: fromJson<EndpointMove | null>(row.lastMove),
    traffic: trafficOf(row),
    shadow: shadowOf(row, agreements),
    ...toSettings(row.settings),
    batch_exact: row.batchExact,
    load,
    latency,
    counts,
    error: fromJson<ErrorRecord | null>(row.error),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** One that no server has loaded any more is loaded again when it is asked. */
function statusOf({ status, checkpointId }: EndpointRow, { servers }: Endpoint['load']): Endpoint['status'] {
  if (status !== 'ready') return status;
  return servers.some(({ checkpoint_id }) => checkpoint_id === checkpointId) ? 'ready' : 'unloaded';
}

function useOf({ uses }: Pick<EndpointRow, 'uses'>, role: EndpointRole): EndpointRow['uses'][number] | undefined {
  return uses.find((use) => use.role === role);
}

const statusWord = ({ ready }: { ready: boolean }) => (ready ? 'ready' : 'loading');

function trafficOf(row: EndpointRow): Endpoint['traffic'] {
  const other = useOf(row, 'traffic');
  if (other === undefined) return null;
  const weight = other.share ?? 0;
  return [
    { checkpoint_id: row.checkpointId, weight: rounded(1 - weight), status: 'ready' },
    { checkpoint_id: other.checkpointId, weight, status: statusWord(other) },
  ];
}

/** 1 - 0.9 is to be 0.1. */
function rounded(share: number): number {
  return Math.round(share * 1e9) / 1e9;
}

function shadowOf(row: EndpointRow, agreements: readonly AgreementCounts[]): StoredEndpoint['shadow'] {
  const shadow = useOf(row, 'shadow');
  if (shadow === undefined) return null;
  const agreement = agreements.find(
    ({ checkpointId, shadowId }) => checkpointId === row.checkpointId && shadowId === shadow.checkpointId,
  );
  return {
    checkpoint_id: shadow.checkpointId,
    fraction: shadow.share ?? 1,
    status: statusWord(shadow),
    agreement: {
      ...(agreement ?? nothingCompared(row.checkpointId, shadow.checkpointId)),
      hasClasses: row.checkpoint.job.dataset.task !== 'regression',
    },
  };
}

function nothingCompared(checkpointId: string, shadowId: string): AgreementCounts {
  const none = { requests: 0, images: 0, agreed: 0, values: 0, differenceSum: 0, differenceMax: 0 };
  return { checkpointId, shadowId, ...none, dropped: 0, failed: 0 };
}
