// Puts together what every demo page has in it: its program with onnxruntime's JavaScript, its style, and onnxruntime's
// WebAssembly, packed. Part of the build of the API.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const API = fileURLToPath(new URL('../apps/api', import.meta.url));
const PAGE = join(API, 'src/demo/page');
const ASSETS = join(API, 'dist/demo/assets');
const WASM = 'ort-wasm-simd-threaded.wasm';

/** The folder of onnxruntime-web's files. */
const RUNTIME = dirname(createRequire(join(PAGE, 'main.ts')).resolve('onnxruntime-web'));

/** @returns {Promise<string>} The program as one module without imports, fit to stand within a script element */
async function program() {
  const bundle = await rolldown({ input: join(PAGE, 'main.ts'), platform: 'browser', logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'es', minify: true });
  await bundle.close();
  const [{ code, imports }] = output;
  if (output.length > 1 || imports.length > 0) throw new Error('the program of the demo page is not one module');
  return code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

/** @returns {string} */
function runtimeVersion() {
  return JSON.parse(readFileSync(join(RUNTIME, '../package.json'), 'utf8')).version;
}

mkdirSync(ASSETS, { recursive: true });
writeFileSync(join(ASSETS, 'page.js'), await program());
copyFileSync(join(PAGE, 'style.css'), join(ASSETS, 'page.css'));
writeFileSync(join(ASSETS, 'runtime.wasm.gz'), gzipSync(readFileSync(join(RUNTIME, WASM)), { level: 9 }));
writeFileSync(join(ASSETS, 'runtime-version.txt'), runtimeVersion());
