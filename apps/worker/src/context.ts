/** What the handlers of both queues need. */
import type { LoweringSetting } from '@trainyard/contracts';
import type { Database, WorkerAbilities, WorkerDevice } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';
import type { Logger } from 'pino';
import type { SpareChild } from './child/spare-child.js';

export interface WorkerContext {
  workerId: string;
  db: Database;
  store: ObjectStore;
  /** The object store's root, for the children, which open it themselves. */
  objectsDir: string;
  devices: readonly WorkerDevice[];
  /** What it can train on, and the traits of its machine. */
  abilities: WorkerAbilities;
  /** The processes that train: one is ready before its job comes. */
  trainers: SpareChild;
  /** Threads of all trainings together; what trains one job has those of that. */
  threads: number;
  /** How many jobs are trained at once. */
  jobsMax: number;
  lowering: LoweringSetting;
  /** How long a training has to hand over, in milliseconds. */
  handOverMs: number;
  log: Logger;
}
