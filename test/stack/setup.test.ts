// When `npm ci` must run, and when it need not.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../scripts/setup.mjs';
import { createTestFolder } from '../setup/folder.js';

const WANTED = {
  '': { version: '0.1.0' },
  'node_modules/fastify': { version: '5.12.8' },
  'node_modules/@img/sharp-darwin-arm64': { version: '0.35.5', optional: true },
};

function clone(wanted: object, installed?: object): string {
  const root = createTestFolder();
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  if (installed === undefined) return root;
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  return root;
}

describe('the check of what is installed', () => {
  it('asks for an installation in a fresh clone', () => {
    expect(isInstalled(clone(WANTED))).toBe(false);
  });

  it('is content where all but packages of other systems is there', () => {
    expect(isInstalled(clone(WANTED, { 'node_modules/fastify': { version: '5.12.8' } }))).toBe(true);
  });

  it('asks for an installation after a pull that raised a version or added a package', () => {
    expect(isInstalled(clone(WANTED, { 'node_modules/fastify': { version: '5.12.7' } }))).toBe(false);
    const more = { ...WANTED, 'node_modules/pino': { version: '10.4.0' } };
    expect(isInstalled(clone(more, { 'node_modules/fastify': { version: '5.12.8' } }))).toBe(false);
  });
});
