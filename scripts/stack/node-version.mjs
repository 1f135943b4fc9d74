// Trainyard's packages need a recent Node; an older one would fail later, with a stranger message.
import process from 'node:process';
import { Problem } from './problem.mjs';

const OLDEST = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Problem(`Trainyard needs Node ${OLDEST.join('.')} or later; this is ${version}. See https://nodejs.org`);
}
