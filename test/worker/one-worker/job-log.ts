import { setTimeout as sleep } from 'node:timers/promises';
import { type Dataset, type List, type LogLine, resolveTraining } from '@trainyard/contracts';
import { parseModelSpec } from '@trainyard/engine';
import pg from 'pg';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { JobLog } from '../../../apps/worker/src/training/job-log.js';
import { heldJob, openTestDatabase, RESULT } from '../../db/rows.js';
import type { Program } from '../../setup/index.js';
import { descendantsOf } from '../processes.js';
import { ended, jobThat, SMALL_NET, submit, type Trainyard } from '../trainyard.js';
import { oneWorker } from './shared.js';

let trainyard: Trainyard;
let dataset: Dataset;
let worker: Program;

beforeAll(async () => {
  ({ trainyard, worker, dataset } = await oneWorker());
});

async function linesOf(jobId: string, attempt?: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const page = { limit: 1000, after, attempt };
    const { data, next_cursor }: List<LogLine> = await trainyard.db.jobLogs.list(trainyard.projectId, jobId, page);
    lines.push(...data);
    after = next_cursor;
  }
  return lines;
}

/** Each pattern fits a line behind the one before. */
function expectInOrder(lines: LogLine[], patterns: RegExp[]): void {
  let next = 0;
  for (const pattern of patterns) {
    const at = lines.findIndex(({ message }, i) => i >= next && pattern.test(message));
    expect(at, `${pattern} in\n${lines.map(({ message }) => message).join('\n')}`).toBeGreaterThanOrEqual(0);
    next = at + 1;
  }
}

describe('the log of a training', () => {
  it('tells of all that the worker and the trainer do, in the order of time', async () => {
    const { id } = await submit(trainyard, dataset.id, { epochs: 3, batch_size: 16 });
    const job = await jobThat(trainyard, id, ended);
    const lines = await linesOf(id);
    expectInOrder(lines, [
      /^The job is queued\.$/,
      /^The job is being prepared\.$/,
      /^The worker wrk_\w+ has taken the job\.$/,
      /^It runs on (cpu|cuda)\. /,
      /^Tensors of 16×16×3 are packed: \d+ train, \d+ validation, \d+ test/,
      /^The plan is made: (cpu|cuda), (portable|blocked) lowering, \d+ threads, \d+ steps a run, onnxruntime [\d.]+/,
      /^Begins with new weights from seed 0\.$/,
      /^The training step is compiled/,
      /^The job is running/,
      /^Epoch 1 is done, at step \d+: loss [\d.]+, accuracy [\d.]+; validation loss/,
      /^A checkpoint is written after epoch 1/,
      /^Epoch 2 is done/,
      /^Epoch 3 is done/,
      /^A checkpoint is written after epoch 3/,
      /^The training is over \(completed\): test loss/,
      /^The job has succeeded\.$/,
    ]);
    expect(lines.at(-1)?.message).toBe('The job has succeeded.');
    expect(lines.filter(({ message }) => message.startsWith('Epoch '))).toHaveLength(3);
    const times = lines.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['info']));
    expect(lines.filter(({ attempt }) => attempt === 0)).toHaveLength(1);
    expect(job.attempt).toBe(1);
  });

  it('says which attempt was lost, and where the next one goes on', async () => {
    // Too many to end before its trainer is killed, however late that is on a busy machine; it is stopped instead.
    const { id } = await submit(trainyard, dataset.id, { epochs: 100_000, batch_size: 16 });
    await jobThat(trainyard, id, (job) => ended(job) || (job.progress?.epoch ?? 0) > 3);
    for (const pid of await descendantsOf(worker.process.pid ?? 0)) process.kill(pid, 'SIGKILL');
    const goesOn = async () => (await linesOf(id, 2)).some(({ message }) => message.startsWith('Epoch'));
    await expect.poll(goesOn, { timeout: 60_000, interval: 100 }).toBe(true);
    await trainyard.db.jobs.stop(trainyard.projectId, id);
    expect(await jobThat(trainyard, id, ended)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expectInOrder(await linesOf(id), [/^The job is queued: .*SIGKILL/, /^The job is being prepared: Attempt 2$/]);
    expectInOrder(await linesOf(id, 2), [
      /has taken the job/,
      /plan of the job is kept/,
      /^Goes on after step \d+: epoch \d+/,
      /^Epoch/,
    ]);
  });

  it('ends with what the trainer wrote last, without the folders of the machine', async () => {
    const { db, projectId } = trainyard;
    const spec = parseModelSpec({ layers: [...SMALL_NET.layers.slice(0, -1), { type: 'dense', units: 7 }] });
    const job = await db.jobs.create({ projectId, datasetId: dataset.id, spec, training: resolveTraining() });
    expect((await jobThat(trainyard, job.id, ended)).status).toBe('failed');
    const lines = await linesOf(job.id);
    expectInOrder(lines, [/^The training process wrote last:$/, /TrainyardError: /, /^The job has failed: /]);
    const errors = lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors.length).toBeGreaterThanOrEqual(3);
    expect(errors.join('\n')).not.toMatch(/node_modules|file:|\n\s+at |whsec_|postgresql:/);
    expect(errors.join('\n')).not.toContain(process.cwd());
  });
});

describe('JobLog', () => {
  const log = pino({ level: 'silent' });

  it('keeps its lines while they cannot be written, and drops the oldest of too many', async () => {
    const { db, url, projectId } = await openTestDatabase();
    const fence = await heldJob(db, projectId);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const jobLog = new JobLog({ jobLogs: db.jobLogs, fence, log, folders: [] });
    await client.query('ALTER TABLE job_logs RENAME TO job_logs_away');
    for (let i = 0; i < 1500; i++) jobLog.info(`line ${i}`);
    await jobLog.flush();
    await client.query('ALTER TABLE job_logs_away RENAME TO job_logs');
    await client.end();
    await expect
      .poll(async () => (await db.jobLogs.list(projectId, fence.id, { after: '3', limit: 2 })).data, {
        timeout: 10_000,
      })
      .toMatchObject([
        { level: 'warning', message: '500 lines before this could not be written.' },
        { message: 'line 500' },
      ]);
    await jobLog.end();
    const { data } = await db.jobLogs.list(projectId, fence.id, { after: '4', limit: 2000 });
    expect(data.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, i) => `line ${i + 500}`));
  });

  it('writes nothing more once another has the job, and takes nothing after its end', async () => {
    const { db, projectId } = await openTestDatabase();
    const fence = await heldJob(db, projectId);
    const jobLog = new JobLog({ jobLogs: db.jobLogs, fence, log, folders: [] });
    await db.jobs.finish(fence, RESULT);
    jobLog.info('too late');
    await jobLog.end();
    jobLog.info('far too late');
    await sleep(1200);
    const { data } = await db.jobLogs.list(projectId, fence.id, {});
    expect(data.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('late'));
  });
});
