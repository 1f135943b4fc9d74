// Reads the imports of a TypeScript or JavaScript file, types included.
import { readFileSync } from 'node:fs';

const SPECIFIER = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** A statement that leaves nothing behind in the built file. */
const TYPE_STATEMENT = /\b(?:import|export)\s+type\b[^;'"]*from\s*(['"])[^'"\n]+\1/g;

/** @param {string} file @returns {string[]} Every module named in an import or export, each once */
export function importsOf(file) {
  return specifiers(readFileSync(file, 'utf8'));
}

/** @param {string} file @returns {string[]} The modules that are loaded when this one is */
export function loadedBy(file) {
  return specifiers(readFileSync(file, 'utf8').replace(TYPE_STATEMENT, ''));
}

/** @param {string} source */
function specifiers(source) {
  return [...new Set([...source.replace(COMMENT, '').matchAll(SPECIFIER)].map((match) => match[2] ?? ''))];
}
