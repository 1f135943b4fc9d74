// Part of `npm run check`: lists every import that breaks the rules of scripts/boundaries/rules.mjs.
import process from 'node:process';
import { findViolations } from './boundaries/violations.mjs';
import { ROOT } from './setup.mjs';

const violations = findViolations(ROOT);
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
