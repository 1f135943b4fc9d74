// What is built: few files, which hold what they should and find each other.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workspaces } from '../../scripts/boundaries/workspace.mjs';
import { bundle } from '../../scripts/bundle.mjs';
import { changedPackages } from '../../scripts/changed-packages.mjs';
import { createTestFolder } from '../setup/folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with these files. */
function folderOf(files: Record<string, string>): string {
  const folder = createTestFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The files and packages that are loaded at once with a built file: its static imports, and theirs. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  found.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?:[^'"\n]* from )?"([^"]+)";$/gm,
  )) {
    if (!name.startsWith('.')) found.add(name);
    else if (!found.has(join(dirname(file), name))) loadedWith(join(dirname(file), name), found);
  }
  return found;
}

const MANIFEST = JSON.stringify({ name: 'sample', type: 'module', exports: { '.': { default: './dist/index.js' } } });

describe('a bundle', () => {
  it('finds scripts and files from wherever its code has come to lie, and loads late what is imported late', async () => {
    const folder = folderOf({
      'package.json': MANIFEST,
      'data.txt': 'data',
      'src/index.ts': "export const ask = async () => (await import('./deep/er/late.js')).late();",
      'src/main.ts': "import { ask } from './index.js';\nconsole.log(JSON.stringify(await ask()));",
      'src/deep/er/late.ts': `import { readFileSync } from 'node:fs';
        import { Worker } from 'node:worker_threads';
        import { NAME } from '../name.js';
        const SCRIPT = new URL('../../../dist/deep/script.js', import.meta.url);
        export async function late(): Promise<unknown[]> {
          const said = await new Promise((resolve) => new Worker(SCRIPT).once('message', resolve));
          return [said, NAME, readFileSync(new URL('../../../data.txt', import.meta.url), 'utf8')];
        }`,
      'src/deep/name.ts': 'export const NAME: string = "name";',
      'src/deep/script.ts': `import { parentPort } from 'node:worker_threads';
        import { NAME } from './name.js';
        parentPort?.postMessage(\`script of \${NAME}\`);`,
      'dist/old.js': 'a file of the build before',
    });
    await bundle(folder);
    const output = execFileSync(process.execPath, [join(folder, 'dist/main.js')]);
    expect(JSON.parse(String(output))).toEqual(['script of name', 'name', 'data']);
    expect([...loadedWith(join(folder, 'dist/main.js'))].filter((file) => /late/.test(file))).toEqual([]);
    expect(() => readFileSync(join(folder, 'dist/old.js'))).toThrow('ENOENT');
  });

  it('is known to be older than its sources', async () => {
    const root = folderOf({
      'apps/none.txt': '',
      'packages/sample/package.json': MANIFEST,
      'packages/sample/src/index.ts': "export { one } from './one.js';",
      'packages/sample/src/one.ts': 'export const one = 1;',
    });
    expect(changedPackages(root)).toEqual(['packages/sample']);
    await bundle(join(root, 'packages/sample'));
    expect(changedPackages(root)).toEqual([]);
    writeFileSync(join(root, 'packages/sample/src/one.ts'), 'export const one = 2;');
    expect(changedPackages(root)).toEqual(['packages/sample']);
  });
});

describe('what is built', () => {
  const libraries = workspaces(ROOT).filter(({ folder }) => folder.startsWith('packages/'));

  it.each(libraries)('of $name is a few files, without the 683 of typebox', ({ folder }) => {
    const loaded = [...loadedWith(join(ROOT, folder, 'dist/index.js'))];
    expect(loaded.filter((name) => name.startsWith(ROOT)).length).toBeLessThan(10);
    expect(loaded.filter((name) => /^typebox/.test(name))).toEqual([]);
  });

  it('of the trainer loads no decoder, no reader of archives and no session before it needs one', () => {
    const own = ['packages/runtime/dist/index.js', 'packages/datasets/dist/index.js', 'packages/storage/dist/index.js'];
    const loaded = own.flatMap((file) => [...loadedWith(join(ROOT, file))]);
    expect(loaded.filter((name) => !/^(\/|node:|@trainyard\/)/.test(name))).toEqual([]);
  });

  it('of a thread that prepares batches is without the compiler', () => {
    const loaded = [...loadedWith(join(ROOT, 'packages/runtime/dist/preparation/preparing-script.js'))];
    expect(loaded).toContain('@trainyard/engine/host');
    expect(loaded).not.toContain('@trainyard/engine');
    const host = [...loadedWith(join(ROOT, 'packages/engine/dist/host.js'))];
    expect(host).not.toContain(join(ROOT, 'packages/engine/dist/index.js'));
  });
});
