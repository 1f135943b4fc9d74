import { readFile } from 'node:fs/promises';
import { ERROR_KINDS } from '@trainyard/contracts';
import { expect, it } from 'vitest';

const DOCUMENT = new URL('../../docs/errors.md', import.meta.url);

it('docs/errors.md has every error code with its status and whether a retry can help, and no other', async () => {
  const rows = [...(await readFile(DOCUMENT, 'utf8')).matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| .+ \|$/gm)];
  const documented = rows.map(([, code, status, retry]) => ({
    code,
    status: Number(status),
    retryable: retry === 'yes',
  }));
  const defined = Object.entries(ERROR_KINDS).map(([code, { status, retryable }]) => ({ code, status, retryable }));
  const byCode = (a: { code: string }, b: { code: string }) => a.code.localeCompare(b.code);
  expect(documented.sort(byCode)).toEqual(defined.sort(byCode));
});
