// A program whose launcher and database are gone before it has even loaded: nobody could ever stop it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { atEnd, createTestEnvironment } from '../setup/index.js';

const PATIENCE_MS = 15_000;
/** Both wait much longer than that for the tables. */
const GONE = 'postgresql://nobody@127.0.0.1:1/none';

it.each(['worker', 'inference'])('%s ends when its launcher has gone before it was loaded', async (app) => {
  const main = fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
  const env = { ...process.env, ...(await createTestEnvironment()), DATABASE_URL: GONE };
  const child = fork(main, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  atEnd(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
  child.disconnect();
  await expect(ended).resolves.toBeDefined();
});
