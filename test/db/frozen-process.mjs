// Takes a job of the database that it is given, or starts one, and prints what became of that.
import { openDatabase } from '@trainyard/db';

const [, , url, what, id] = process.argv;
const db = openDatabase(url);
const traits = { cpu: 'x64', onnxruntimeVersion: '1.29.0' };
try {
  if (what === 'start') await db.jobs.start({ id, attempt: 1 });
  else if ((await db.jobs.claimNext({ workerId: 'wrk_frozen', leaseMs: 60_000, devices: ['cpu'], traits })) === null)
    throw new Error('there is none to take');
  console.log('done');
} catch (error) {
  console.log(`refused: ${error}`);
}
await db.close();
