/** Strategies that search settings: pure functions of a seed and the results so far. */
export { decide } from './decide.js';
export { type Importances, parameterImportances } from './importance/importance.js';
export {
  type AshaRules,
  bestOf,
  type Decision,
  type EpochValue,
  epochsOf,
  isBetter,
  ranked,
  type Search,
  type TrialRecord,
  type TrialState,
} from './search.js';
export { applyAssignment, type TrialBody } from './space/apply.js';
export { isSet, type Parameter } from './space/parameter.js';
export { spacePointer } from './space/pointer.js';
export { probes } from './space/probes.js';
export { readSpace } from './space/read-space.js';
export { rungsOf } from './strategies/asha.js';
export { gridSize, refuseEndlessGrid } from './strategies/grid.js';
