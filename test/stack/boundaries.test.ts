// The check of the import rules finds what it is there to find.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCycles } from '../../scripts/boundaries/cycles.mjs';
import { ALLOWED } from '../../scripts/boundaries/rules.mjs';
import { findViolations } from '../../scripts/boundaries/violations.mjs';
import { createTestFolder } from '../setup/folder.js';

/** Kept apart, so that this file holds no deep import itself. */
const SCOPE = '@trainyard';
const ENGINE = '../../packages/engine';

/** A repository with a sound engine and contracts, changed by `files`. */
function repository(files: Record<string, string>): string {
  const root = createTestFolder();
  const manifest = (name: string, dependencies: string[]) =>
    JSON.stringify({ name: `@trainyard/${name}`, dependencies: Object.fromEntries(dependencies.map((d) => [d, '1'])) });
  const all: Record<string, string> = {
    'apps/api/package.json': manifest('api', ['@trainyard/contracts', '@trainyard/engine']),
    'packages/contracts/package.json': manifest('contracts', []),
    'packages/contracts/src/index.ts': 'export const one = 1;',
    'packages/engine/package.json': manifest('engine', ['@trainyard/contracts']),
    'packages/engine/src/index.ts': "import { one } from '@trainyard/contracts';\nexport { one };",
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const breaches: [what: string, files: Record<string, string>, message: RegExp][] = [
  [
    'an import upwards',
    { 'packages/contracts/src/up.ts': "import { one } from '@trainyard/engine';" },
    /contracts\/src\/up\.ts: contracts may not import engine/,
  ],
  [
    'an import of a type upwards',
    { 'packages/contracts/src/up.ts': "import type {\n  One,\n} from '@trainyard/engine';" },
    /contracts may not import engine/,
  ],
  [
    'an import() of a type upwards',
    { 'packages/contracts/src/up.ts': "type One = import('@trainyard/engine').One;" },
    /contracts may not import engine/,
  ],
  [
    'a dependency upwards',
    {
      'packages/contracts/package.json': JSON.stringify({
        name: '@trainyard/contracts',
        devDependencies: { '@trainyard/engine': '1' },
      }),
    },
    /contracts may not depend on engine/,
  ],
  [
    'packages in a circle',
    {
      'packages/contracts/package.json': JSON.stringify({
        name: '@trainyard/contracts',
        dependencies: { '@trainyard/engine': '1' },
      }),
    },
    /packages in a circle: contracts → engine → contracts/,
  ],
  [
    'a deep import',
    { 'packages/engine/src/deep.ts': `export * from '${SCOPE}/contracts/src/index.js';` },
    /deep import of @trainyard\/contracts\/src/,
  ],
  [
    'a relative import into another package',
    { 'packages/engine/src/deep.ts': "import '../../contracts/src/index.js';" },
    /lies outside its package/,
  ],
  [
    'a deep import from a test',
    { 'test/deep.test.ts': "import { one } from '../packages/engine/src/index.js';" },
    /test\/deep\.test\.ts: deep import/,
  ],
  [
    'a look into the engine from a test of something else',
    { 'test/api/deep.test.ts': `import { one } from '${ENGINE}/src/index.js';` },
    /test\/api\/deep\.test\.ts: deep import/,
  ],
  [
    'an undeclared package of ours',
    { 'apps/api/src/main.ts': "import { db } from '@trainyard/db';" },
    /@trainyard\/db is not in its package\.json/,
  ],
  [
    'onnxruntime in the API',
    { 'apps/api/src/main.ts': "const ort = await import('onnxruntime-node');" },
    /only runtime may import onnxruntime-node/,
  ],
  [
    'files in a circle',
    {
      'packages/engine/src/a.ts': "import { b } from './b.js';\nexport const a = b;",
      'packages/engine/src/b.ts': "import { a } from './a.js';\nexport const b = a;",
    },
    /files in a circle: .*a\.ts → .*b\.ts/,
  ],
  [
    'a package that no rule names',
    { 'packages/extra/package.json': JSON.stringify({ name: '@trainyard/extra' }) },
    /packages\/extra: the package is not listed/,
  ],
];

describe('the boundary check', () => {
  it.each(breaches)('reports %s', (_what, files, message) => {
    expect(findViolations(repository(files)).join('\n')).toMatch(message);
  });

  it('has nothing to say of a sound repository, nor of imports in comments', () => {
    const files = { 'packages/contracts/src/index.ts': "// import '@trainyard/engine';\nexport const one = 1;" };
    expect(findViolations(repository(files))).toEqual([]);
  });

  it('lets a test below test/engine look inside the engine', () => {
    const files = { 'test/engine/inner.test.ts': `import { one } from '${ENGINE}/src/index.js';` };
    expect(findViolations(repository(files))).toEqual([]);
  });

  it('has nothing to say of this repository', () => {
    expect(findViolations(fileURLToPath(new URL('../..', import.meta.url)))).toEqual([]);
  });

  it('rests on rules without a circle', () => {
    expect(findCycles(new Map(Object.entries(ALLOWED)))).toEqual([]);
  });
});
