// `npm run reference`: writes docs/reference/ from the schemas that the API checks requests with.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referencePages } from './reference/pages.mjs';
import { ROOT } from './setup.mjs';

for (const { path, text } of await referencePages()) await writeFile(join(ROOT, path), text);
