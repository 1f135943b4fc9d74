/** Tries a search space out before a sweep begins: settings that no job could have are told at once. */
import { type FieldError, TrainyardError } from '@trainyard/contracts';
import type { Database, NewJob } from '@trainyard/db';
import { type Parameter, probes, spacePointer } from '@trainyard/tuning';
import { resolveTrial, type TrialSource } from './trial-job.js';

type Probe = ReturnType<typeof probes>[number];

/** The jobs of the probes. Throws what a job would, with pointers into the sweep. */
export async function checkSpace(
  db: Database,
  source: TrialSource,
  parameters: readonly Parameter[],
  check: (body: object) => void,
): Promise<[NewJob, ...NewJob[]]> {
  const [first, ...rest] = probes(parameters);
  const jobs: [NewJob, ...NewJob[]] = [await tryOut(db, source, first, check)];
  for (const probe of rest) jobs.push(await tryOut(db, source, probe, check));
  return jobs;
}

async function tryOut(db: Database, source: TrialSource, probe: Probe, check: (body: object) => void): Promise<NewJob> {
  try {
    return await resolveTrial(db, source, probe.assignment, check);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.errors === undefined) throw error;
    const errors = error.errors.map((each) => placed(each, probe));
    throw new TrainyardError(error.code, `${errors[0].pointer}: ${errors[0].detail}`, { errors, cause: error });
  }
}

/** An error at or below a parameter's place is that parameter's; for any other the settings are told. */
function placed({ pointer, detail }: FieldError, { pointer: probed, assignment }: Probe): FieldError {
  const own = Object.keys(assignment).find((each) => pointer === each || pointer.startsWith(`${each}/`));
  const shown = own ?? probed;
  const settings = `${shown} = ${JSON.stringify(assignment[shown])}`;
  if (own !== undefined) return { pointer: spacePointer(own), detail: `With ${settings}: ${detail}` };
  if (pointer.startsWith('/space/')) return { pointer, detail };
  return { pointer, detail: `${detail} (in a trial with ${settings})` };
}
