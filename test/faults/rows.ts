// The rows that a job has left, read past the product's own code.
import pg from 'pg';

export type Row = Record<string, unknown>;

/** What one status event of a job says, with its place. */
export interface StatusEvent {
  seq: number;
  status: string;
  attempt: number;
  at: Date;
}

export interface CheckpointRow {
  step: number;
  digest: string;
  storage_key: string;
  epoch_complete: boolean;
}

export class Rows {
  readonly #pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
    // A server that goes away takes idle connections with it.
    this.#pool.on('error', () => {});
  }

  async query<T extends Row>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(text, values)).rows;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** Every row of every table that is about a job, as text, by table. */
  async everythingOf(jobId: string): Promise<Record<string, string[]>> {
    const tables = await this.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'job_id' ORDER BY 1`,
    );
    const found: Record<string, string[]> = {};
    for (const [table, column] of [['jobs', 'id'], ...tables.map(({ name }) => [name, 'job_id'])]) {
      const rows = await this.query<{ row: string }>(
        `SELECT t::text AS row FROM ${table} AS t WHERE ${column} = $1 ORDER BY 1`,
        [jobId],
      );
      found[table] = rows.map(({ row }) => row);
    }
    return found;
  }

  /** The job that a worker of this machine holds; null for one that is idle. */
  async heldBy(pid: number): Promise<{ id: string; attempt: number; failures: number; status: string } | null> {
    const [job] = await this.query<{ id: string; attempt: number; failures: number; status: string }>(
      `SELECT jobs.id, attempt, failures, jobs.status::text AS status FROM jobs JOIN workers ON workers.id = worker_id
       WHERE pid = $1 AND jobs.status IN ('preparing', 'running') AND last_seen_at > now() - interval '15 seconds'`,
      [pid],
    );
    return job ?? null;
  }

  async eventSeqs(jobId: string): Promise<number[]> {
    const rows = await this.query<{ seq: number }>('SELECT seq FROM job_events WHERE job_id = $1 ORDER BY seq', [
      jobId,
    ]);
    return rows.map(({ seq }) => seq);
  }

  statuses(jobId: string): Promise<(StatusEvent & Row)[]> {
    return this.query(
      `SELECT seq, data->>'status' AS status, (data->>'attempt')::int AS attempt, created_at AS at FROM job_events
       WHERE job_id = $1 AND type = 'status' ORDER BY seq`,
      [jobId],
    );
  }

  async metrics(jobId: string, resolution: 'step' | 'epoch'): Promise<Row[]> {
    const rows = await this.query<{ values: Row }>(
      'SELECT values FROM job_metrics WHERE job_id = $1 AND resolution = $2 ORDER BY step',
      [jobId, resolution],
    );
    return rows.map(({ values }) => values);
  }

  checkpoints(jobId: string): Promise<CheckpointRow[]> {
    return this.query<CheckpointRow & Row>(
      'SELECT step, digest, storage_key, epoch_complete FROM checkpoints WHERE job_id = $1 ORDER BY step',
      [jobId],
    );
  }
}
