import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { referencePages } from '../../scripts/reference/pages.mjs';

describe('the reference', async () => {
  it.each(await referencePages())(
    '$path says what the schemas say (`npm run reference` writes it)',
    async ({ path, text }) => {
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );
});
