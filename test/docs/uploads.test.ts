// The shell lines of docs/uploads.md, as they stand there.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestApi } from '../api/setup.js';
import { createTestFolder } from '../setup/index.js';

const DOCUMENT = new URL('../../docs/uploads.md', import.meta.url);

async function hasCurl(): Promise<boolean> {
  const child = spawn('curl', ['--version'], { stdio: 'ignore' });
  return Promise.race([once(child, 'exit').then(([code]) => code === 0), once(child, 'error').then(() => false)]);
}

it('upload a file and make a data set of it', async (context) => {
  if (!(await hasCurl())) context.skip('there is no curl here');
  const api = await createTestApi();
  const [, script = ''] = /```sh\n([^`]+)```/.exec(await readFile(DOCUMENT, 'utf8')) ?? [];
  const folder = createTestFolder();
  const bytes = randomBytes(1_000_000);
  await writeFile(join(folder, 'flowers.zip'), bytes);
  const env = { ...process.env, TRAINYARD: api.app.listeningOrigin, KEY: api.member.secret };
  const shell = spawn('sh', ['-e', '-c', script], { cwd: folder, env });
  const [stdout, stderr] = await Promise.all([shell.stdout.toArray(), shell.stderr.toArray()]);
  expect(Buffer.concat(stderr).toString()).toBe('');
  const dataset = JSON.parse(Buffer.concat(stdout).toString());
  expect(dataset).toMatchObject({ object: 'dataset', status: 'processing', name: 'flowers', bytes: bytes.length });
  expect(Buffer.from(await api.store.readBytes(`uploads/${dataset.id}/source`)).equals(bytes)).toBe(true);
});
