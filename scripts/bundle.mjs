// Writes the JavaScript of packages into their `dist`: one file for each entry, and one for each part that is loaded only when it is
// needed. Node takes about half a millisecond for each file that it loads, and typebox alone has 683. It is a part of every package's
// build; `tsc` checks the types and writes the declarations.
//   node scripts/bundle.mjs [folder ...]   by default the folder that it is started in
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Becomes part of each file that needs it. All else that has a name, our other packages too, a process loads once from where it is. */
const INLINED = /^typebox(\/|$)/;

/** A script that a source starts in a thread or a process of its own. */
const SCRIPT = /new URL\('((?:\.\.\/)+dist\/[\w/-]+\.js)', import\.meta\.url\)/g;

/** What the package's folder is called in the files that are written. */
const FOLDER_URL = 'PACKAGE_FOLDER_URL';

/** @param {string} folder Of a package */
export async function bundle(folder) {
  const dist = join(folder, 'dist');
  const build = await rolldown({
    input: entries(folder),
    cwd: folder,
    platform: 'node',
    logLevel: 'warn',
    external: (id) => /^[^./]/.test(id) && !INLINED.test(id),
    plugins: [sourceUrls(folder)],
  });
  const { output } = await build.write({
    dir: dist,
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  });
  await build.close();
  const written = new Set(output.map(({ fileName }) => fileName));
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.js(\.map)?$/.test(name) && !written.has(name.replace(/\.map$/, ''))) rmSync(join(dist, name));
  }
}

/** @param {string} folder @returns {Record<string, string>} The source of each entry, by its name in `dist` */
function entries(folder) {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys(exports).map((name) => posix.relative('dist', exports[name].default).replace(/\.js$/, ''));
  // What a program is started with.
  if (existsSync(join(folder, 'src/main.ts'))) names.push('main');
  return Object.fromEntries(names.map((name) => [name, join(folder, 'src', `${name}.ts`)]));
}

/**
 * `import.meta.url` stays that of the source, so that what is named relative to it is found from a bundle as well, and each script in
 * `dist` that is named so is written too: `new URL('../dist/script.js', import.meta.url)`.
 * @param {string} folder
 * @returns {import('rolldown').Plugin}
 */
function sourceUrls(folder) {
  const sources = new Set();
  return {
    name: 'source-urls',
    transform(code, id) {
      if (!id.startsWith(folder) || !code.includes('import.meta.url')) return null;
      sources.add(id);
      const source = relative(folder, id);
      for (const [, path = ''] of code.matchAll(SCRIPT)) {
        const fileName = posix.relative('dist', posix.join(posix.dirname(source), path));
        this.emitFile({ type: 'chunk', id: join(folder, 'src', fileName.replace(/\.js$/, '.ts')), fileName });
      }
      // Line for line.
      const mappings = code.split('\n').map((_, line) => (line === 0 ? 'AAAA' : 'AACA'));
      return {
        code: code.replaceAll('import.meta.url', `new URL('${source}', ${FOLDER_URL}).href`),
        map: { version: 3, sources: [id], sourcesContent: [code], names: [], mappings: mappings.join(';') },
      };
    },
    intro({ fileName, moduleIds }) {
      if (!moduleIds.some((id) => sources.has(id))) return '';
      const up = posix.relative(posix.dirname(posix.join('dist', fileName)), '.');
      return `const ${FOLDER_URL} = new URL('${up}/', import.meta.url);`;
    },
  };
}

const [, script = ''] = process.argv;
if (fileURLToPath(import.meta.url) === realpathSync(script)) {
  const folders = process.argv.slice(2);
  for (const folder of folders.length > 0 ? folders : ['.']) await bundle(resolve(folder));
}
