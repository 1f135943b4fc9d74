// One round of a scenario: jobs are submitted and looked at without a pause while a fault happens; then all of them must
// be there, each once, and come to what they come to when they are left alone.
import type { Job } from '@trainyard/contracts';
import { expect } from 'vitest';
import { ended, jobThat } from '../../worker/trainyard.js';
import type { FaultContext } from '../harness.js';
import type { Answer } from './client.js';
import { expectOneStory, expectWholeCheckpoints, outcomeOf } from './outcome.js';
import { type KnownJob, type Prepared, submitOne } from './prepared.js';
import type { Stack } from './stack.js';
import { type Submission, Submitter } from './submitter.js';
import { Watcher } from './watcher.js';

export interface Round {
  /** Names its jobs; no other round has it. */
  name: string;
  /** How many jobs are submitted, and how far apart. */
  jobs: number;
  everyMs: number;
  /** Whether all of them come with an Idempotency-Key; else every other one. */
  areKeyed?: boolean;
  /** Resolves once what was taken away is there again. */
  fault: () => Promise<void>;
}

/** What the clients were told. */
export interface RoundReport {
  reads: Answer[];
  writes: Answer[];
  /** Jobs that were compared: those submitted and the long one, that was running when the fault came. */
  jobs: number;
  /** At the job that took the most of them. */
  attempts: number;
}

const PATIENCE_MS = 150_000;

export async function playRound(context: FaultContext, prepared: Prepared, round: Round): Promise<RoundReport> {
  const { stack, quick, long } = prepared;
  const { client } = stack;
  const longId = await submitOne(stack, { ...long.body, name: `${round.name}-long` });
  await jobThat(stack, longId, (job) => ended(job) || (job.progress?.epoch ?? 0) > 2);
  const watcher = new Watcher(client);
  const { areKeyed = false, everyMs, jobs: count, name: prefix } = round;
  const submitter = new Submitter({ client, body: quick.body, prefix, everyMs, areKeyed, count });
  await round.fault();
  const backAt = Date.now();
  const advanced = untilAdvanced(stack, longId);
  const submissions = await submitter.finish();
  await advanced;
  const reads = await watcher.finish();
  const writes = submissions.flatMap(({ answers }) => answers);
  context.recovered(Math.max(Date.now() - backAt, firstAnswered(reads, backAt), firstAnswered(writes, backAt)));
  const attempts = [await expectOutcome(stack, longId, long)];
  for (const id of await expectOnce(stack, submissions, prefix)) attempts.push(await expectOutcome(stack, id, quick));
  return { reads, writes, jobs: attempts.length, attempts: Math.max(...attempts) };
}

/** Until a job gets on from where it is, or has ended. */
async function untilAdvanced(stack: Stack, id: string): Promise<void> {
  const { progress } = await stack.db.jobs.get(stack.projectId, id);
  const step = progress?.step ?? 0;
  await jobThat(stack, id, (job) => ended(job) || (job.progress?.step ?? 0) > step, PATIENCE_MS);
}

/** Milliseconds from `since` to the first answer of success. */
function firstAnswered(answers: readonly Answer[], since: number): number {
  const times = answers
    .filter(({ at, status }) => at >= since && typeof status === 'number' && status < 300)
    .map(({ at, milliseconds }) => at + milliseconds - since);
  return times.length === 0 ? 0 : Math.min(...times);
}

/** Answers the ids of the jobs that there are. */
async function expectOnce(stack: Stack, submissions: readonly Submission[], prefix: string): Promise<string[]> {
  const jobs = (await jobsOf(stack)).filter(({ name }) => name?.startsWith(`${prefix}-`) && name !== `${prefix}-long`);
  for (const { name, id, repeated } of submissions) {
    const made = jobs.filter((job) => job.name === name);
    // Without a key a client that is refused cannot know what became of its job, but it is there once at most.
    if (repeated || id !== null)
      expect(
        made.map((job) => job.id),
        name,
      ).toEqual([id]);
    else expect(made.length, name).toBeLessThanOrEqual(1);
  }
  return jobs.map(({ id }) => id);
}

/** Answers how many attempts it took. */
async function expectOutcome(stack: Stack, id: string, { expected }: KnownJob): Promise<number> {
  expect(await outcomeOf(stack, id, PATIENCE_MS), id).toEqual(expected);
  expect(await expectWholeCheckpoints(stack, id)).toBeGreaterThan(0);
  await expectOneStory(stack.environment.DATABASE_URL, id);
  return (await stack.db.jobs.get(stack.projectId, id)).attempt;
}

/** All jobs, as the API lists them. */
async function jobsOf({ client }: Stack): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const path: string = `/v1/jobs?limit=100${after === '' ? '' : `&after=${after}`}`;
    const page = await client.read<{ data: Job[]; next_cursor: string | null }>(path);
    jobs.push(...page.data);
    after = page.next_cursor;
  }
  return jobs;
}
