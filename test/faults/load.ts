// Keeps every core of the machine busy: what must be quick must be quick then too.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Starts a spinning process for each core; the function ends them. */
export function startLoad(): () => void {
  const spinners = Array.from({ length: availableParallelism() }, () =>
    // It ends by itself, should nobody end it.
    spawn(process.execPath, ['-e', 'const end = Date.now() + 60_000; while (Date.now() < end);'], { stdio: 'ignore' }),
  );
  return () => {
    for (const spinner of spinners) spinner.kill('SIGKILL');
  };
}
