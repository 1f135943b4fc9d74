// Loaded before a worker and its children, as `…?ms=`: a checkpoint takes its place as on a very slow disk.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { rename } = fs;
const ms = Number(new URL(import.meta.url).searchParams.get('ms'));

fs.rename = async (from, to) => {
  if (String(to).endsWith('.safetensors')) await sleep(ms);
  return rename(from, to);
};
syncBuiltinESMExports();
