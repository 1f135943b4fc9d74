/** What every demo page has in it besides its model: the program, its style and onnxruntime. `npm run build` puts them there. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface DemoAssets {
  /** An ES module without imports. */
  program: string;
  style: string;
  /** onnxruntime's WebAssembly, packed by gzip, in base64. */
  runtime: string;
  runtimeVersion: string;
  /** Of all of them, to tell one version of the page from another. */
  digest: string;
}

const FOLDER = new URL('../../dist/demo/assets/', import.meta.url);

let assets: Promise<DemoAssets> | undefined;

/** Read once. */
export function demoAssets(): Promise<DemoAssets> {
  assets ??= readAssets().catch((error: unknown) => {
    assets = undefined;
    throw error;
  });
  return assets;
}

async function readAssets(): Promise<DemoAssets> {
  const text = (name: string) => readFile(new URL(name, FOLDER), 'utf8');
  const [program, style, runtime, runtimeVersion] = await Promise.all([
    text('page.js'),
    text('page.css'),
    readFile(new URL('runtime.wasm.gz', FOLDER), 'base64'),
    text('runtime-version.txt'),
  ]);
  const digest = createHash('sha256').update(program).update(style).update(runtime).digest('hex');
  return { program, style, runtime, runtimeVersion, digest };
}
