// Holds the repository against the rules: direction, deep imports, undeclared packages, circles.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { findCycles } from './cycles.mjs';
import { importsOf, loadedBy } from './imports.mjs';
import { ALLOWED, ENTRIES, OWNED } from './rules.mjs';
import { sourceFiles, workspaces } from './workspace.mjs';

const SCOPE = '@trainyard/';
/** Folders outside the packages; they may use any package, through its name. */
const OUTSIDE = ['test', 'benchmarks', 'scripts', 'docker'];

/** @param {string} root @returns {string[]} One line for each violation */
export function findViolations(root) {
  const packages = workspaces(root);
  return [
    ...packages.flatMap((workspace) => manifestViolations(workspace)),
    ...packages.flatMap((workspace) =>
      sourceFiles(root, join(workspace.folder, 'src')).flatMap((file) => fileViolations(root, workspace, file)),
    ),
    ...OUTSIDE.flatMap((folder) => sourceFiles(root, folder)).flatMap((file) => outsideViolations(root, file)),
    ...packageCycles(packages),
    ...fileCycles(root, packages),
  ];
}

/** @param {string} name @returns {readonly string[] | undefined} */
function allowedFor(name) {
  return Object.entries(ALLOWED).find(([key]) => key === name)?.[1];
}

/** @param {import('./workspace.mjs').Workspace} workspace */
function manifestViolations({ name, folder, dependencies }) {
  const allowed = allowedFor(name);
  if (allowed === undefined) return [`${folder}: the package is not listed in scripts/boundaries/rules.mjs`];
  return dependencies
    .filter((dependency) => dependency.startsWith(SCOPE))
    .map((dependency) => dependency.slice(SCOPE.length))
    .filter((dependency) => !allowed.includes(dependency))
    .map((dependency) => `${folder}/package.json: ${name} may not depend on ${dependency}`);
}

/**
 * @param {string} root
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {string} file
 */
function fileViolations(root, workspace, file) {
  return importsOf(join(root, file)).flatMap((specifier) => {
    if (specifier.startsWith('.')) return leaves(file, specifier, `${workspace.folder}/src/`);
    return [...packageViolations(workspace, file, specifier), ...ownershipViolations(workspace, file, specifier)];
  });
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {string} folder
 */
function leaves(file, specifier, folder) {
  const target = normalize(join(dirname(file), specifier));
  return target.startsWith(folder) ? [] : [`${file}: imports ${specifier}, which lies outside its package`];
}

/**
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {string} file
 * @param {string} specifier
 */
function packageViolations({ name, dependencies }, file, specifier) {
  if (!specifier.startsWith(SCOPE)) return [];
  const [target = '', ...deep] = specifier.slice(SCOPE.length).split('/');
  const isEntry = ENTRIES.some((entry) => entry === specifier);
  if (deep.length > 0 && !isEntry) return [`${file}: deep import of ${specifier}; import ${SCOPE}${target}`];
  if (target === name) return [`${file}: imports its own package by name`];
  if (!allowedFor(name)?.includes(target)) return [`${file}: ${name} may not import ${target}`];
  return dependencies.includes(`${SCOPE}${target}`) ? [] : [`${file}: ${specifier} is not in its package.json`];
}

/**
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {string} file
 * @param {string} specifier
 */
function ownershipViolations({ name }, file, specifier) {
  return Object.entries(OWNED)
    .filter(([owned, owner]) => owner !== name && (specifier === owned || specifier.startsWith(`${owned}/`)))
    .map(([owned, owner]) => `${file}: only ${owner} may import ${owned}`);
}

/**
 * Tests below `test/engine/` may look inside the engine, those below `test/api/` inside the API, and so on: some things
 * can only be tried together with what the package itself may not import.
 * @param {string} root
 * @param {string} file
 */
function outsideViolations(root, file) {
  const [, own] = /^test\/([^/]+)\//.exec(file) ?? [];
  return importsOf(join(root, file)).flatMap((specifier) => {
    if (/^@trainyard\/[^/]+\//.test(specifier)) return [`${file}: deep import of ${specifier}`];
    if (!specifier.startsWith('.')) return [];
    const [, target] = /^(?:packages|apps)\/([^/]+)\//.exec(normalize(join(dirname(file), specifier))) ?? [];
    return target === undefined || target === own ? [] : [`${file}: deep import of ${specifier}`];
  });
}

/** @param {import('./workspace.mjs').Workspace[]} packages */
function packageCycles(packages) {
  const graph = new Map(
    packages.map(({ name, dependencies }) => [
      name,
      dependencies.filter((entry) => entry.startsWith(SCOPE)).map((entry) => entry.slice(SCOPE.length)),
    ]),
  );
  return findCycles(graph).map((cycle) => `packages in a circle: ${[...cycle, cycle[0]].join(' → ')}`);
}

/** @param {string} root @param {import('./workspace.mjs').Workspace[]} packages */
function fileCycles(root, packages) {
  const files = packages.flatMap(({ folder }) => sourceFiles(root, join(folder, 'src')));
  const graph = new Map(files.map((file) => [file, filesLoadedBy(root, file)]));
  return findCycles(graph).map((cycle) => `files in a circle: ${[...cycle, cycle[0]].join(' → ')}`);
}

/** @param {string} root @param {string} file */
function filesLoadedBy(root, file) {
  return loadedBy(join(root, file))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts'))
    .filter((target) => existsSync(join(root, target)));
}
