// Tries to take one job of the database that it is given, and prints what became of it.
import { openDatabase } from '@trainyard/db';

const db = openDatabase(process.argv[2]);
const traits = { cpu: 'x64', onnxruntimeVersion: '1.29.0' };
try {
  const claim = await db.jobs.claimNext({ workerId: 'wrk_frozen', leaseMs: 60_000, devices: ['cpu'], traits });
  console.log(claim === null ? 'null' : `took ${claim.id}`);
} catch (error) {
  console.log(`refused: ${error}`);
}
await db.close();
