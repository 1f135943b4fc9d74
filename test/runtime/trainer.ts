// A trainer in this process, whose reports are kept as its worker keeps them: a database of one job.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CheckpointReference,
  type EpochMetrics,
  type ExecutionPlan,
  type JobRollback,
  resolveTraining,
  type StepMetrics,
  type TrainerReport,
  type TrainingOptions,
  type TrainingTask,
  type TransferTask,
} from '@trainyard/contracts';
import { ingestDataset } from '@trainyard/datasets';
import { parseModelSpec } from '@trainyard/engine';
import { train } from '@trainyard/runtime';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { buildImageFolderZip } from '../fixtures/index.js';

/** What a job has recorded. */
export interface Recorded {
  transfer?: TransferTask;
  attempts: number;
  plan: ExecutionPlan | null;
  steps: Map<number, StepMetrics>;
  epochs: Map<number, EpochMetrics>;
  checkpoints: Map<number, CheckpointReference & { epoch_complete: boolean }>;
  rollback: JobRollback | null;
  trained: Extract<TrainerReport, { type: 'trained' }> | null;
}

export class Killed extends Error {}

/** Throws `Killed` where the process is to die. */
export type Death = (report: TrainerReport, when: 'before' | 'after') => void;

export class TestTrainer {
  readonly store: ObjectStore;
  readonly #root: string;
  readonly dataset: TrainingTask['dataset'];

  private constructor(root: string, store: ObjectStore, dataset: TrainingTask['dataset']) {
    this.#root = root;
    this.store = store;
    this.dataset = dataset;
  }

  /** Reads a small data set of three classes. */
  static async open(perClass = 40): Promise<TestTrainer> {
    return TestTrainer.of(await buildImageFolderZip({ classes: 3, perClass, size: 8 }));
  }

  /** Reads an archive. */
  static async of(archive: Buffer): Promise<TestTrainer> {
    const root = await mkdtemp(join(tmpdir(), 'trainer-'));
    const store = openObjectStore({ root });
    await store.write('uploads/x/source', archive);
    const upload = { datasetId: 'ds_1', sourceKey: 'uploads/x/source', format: 'auto', options: {} } as const;
    const { digest, task, classes, targets, image, stats } = await ingestDataset(store, upload, () => {});
    return new TestTrainer(root, store, { id: 'ds_1', digest, task, classes, targets, image, fit: 'cover', stats });
  }

  get image() {
    return this.dataset.image;
  }

  close(): Promise<void> {
    return rm(this.#root, { recursive: true });
  }

  newJob(): Recorded {
    return {
      attempts: 0,
      plan: null,
      steps: new Map(),
      epochs: new Map(),
      checkpoints: new Map(),
      rollback: null,
      trained: null,
    };
  }

  /** One attempt at a job. Throws what the training throws, and `Killed`. */
  async attempt(id: string, job: Recorded, layers: object[], options: TrainingOptions, death: Death = () => {}) {
    const task: TrainingTask = {
      job_id: id,
      attempt: ++job.attempts,
      spec: parseModelSpec({ layers }),
      training: resolveTraining(options),
      dataset: this.dataset,
      device: 'cpu',
      threads: 1,
      lowering: 'blocked',
      plan: job.plan,
      checkpoints: [...job.checkpoints.values()].map(({ epoch_complete: _, ...reference }) => reference),
      rollback: job.rollback,
      ...(job.transfer ? { transfer: job.transfer } : {}),
    };
    const report = async (told: TrainerReport) => {
      death(told, 'before');
      record(job, told);
      death(told, 'after');
    };
    await train(task, { store: this.store, signal: new AbortController().signal, report });
  }
}

function record(job: Recorded, report: TrainerReport): void {
  switch (report.type) {
    case 'planned':
      job.plan = report.plan;
      break;
    case 'steps':
      for (const row of report.rows) job.steps.set(row.step, row);
      break;
    case 'epoch':
      job.epochs.set(report.row.step, report.row);
      break;
    case 'checkpoint':
      job.checkpoints.set(report.checkpoint.step, { ...report.checkpoint, epoch_complete: report.epoch_complete });
      break;
    case 'rollback':
      job.rollback = report.rollback;
      for (const rows of [job.steps, job.epochs, job.checkpoints]) forgetBeyond(rows, report.rollback.to_step);
      break;
    case 'trained': {
      // The memory is this process's, not the training's.
      const { peak_memory_bytes: _, ...trained } = report;
      job.trained = trained;
    }
  }
}

function forgetBeyond(rows: Map<number, unknown>, step: number): void {
  for (const at of rows.keys()) if (at > step) rows.delete(at);
}
