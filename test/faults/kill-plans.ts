// Plans by which a process kills itself at one step of writing a checkpoint (`preload/kill-at.mjs`).
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestFolder } from '../setup/index.js';
import { isAlive } from '../worker/processes.js';

export type Role = 'trainer' | 'worker';

export interface KillPoint {
  role: Role;
  point: string;
}

/** In the order in which a checkpoint passes them. */
export const KILL_POINTS: readonly KillPoint[] = [
  { role: 'trainer', point: 'before the temporary file' },
  { role: 'trainer', point: 'after the temporary file is made' },
  { role: 'trainer', point: 'half written' },
  { role: 'trainer', point: 'after it is written' },
  { role: 'trainer', point: 'after its fsync' },
  { role: 'trainer', point: 'before the rename' },
  { role: 'trainer', point: 'after the rename' },
  { role: 'trainer', point: "after the folder's fsync" },
  { role: 'worker', point: 'before the row' },
  { role: 'worker', point: 'after the row' },
  { role: 'worker', point: 'before the commit' },
  { role: 'worker', point: 'while the commit is on its way' },
  { role: 'worker', point: 'after the commit' },
  { role: 'worker', point: 'before an old file is removed' },
  { role: 'worker', point: 'after an old file is removed' },
];

/** A process that has killed itself. */
export interface Fired {
  plan: string;
  /** Of the worker whose process it was, or which it was. */
  worker: number;
  at: number;
}

export class KillPlans {
  readonly #folder = createTestFolder();
  #made = 0;

  /** For the environment of a worker. */
  get environment(): Record<string, string> {
    const preload = new URL('./preload/kill-at.mjs', import.meta.url);
    return { NODE_OPTIONS: `--import=${fileURLToPath(preload)}`, TRAINYARD_FAULT_PLANS: this.#folder };
  }

  /** `nth`: which time the process that takes the plan comes to the point. */
  add({ role, point }: KillPoint, nth: number): void {
    const name = `${role}.${String(this.#made++).padStart(3, '0')}`;
    writeFileSync(join(this.#folder, name), JSON.stringify({ point, nth }));
  }

  /** Those that have not killed yet; a plan whose process came to its end otherwise is laid out again. */
  left(): number {
    const names = readdirSync(this.#folder);
    for (const name of names) {
      const taken = /^taken\.(\d+)\.([^.]+\.[^.]+)$/.exec(name);
      if (!taken || names.includes(`${name}.fired`) || isAlive(Number(taken[1]))) continue;
      // It may have fired since the names were read.
      if (readdirSync(this.#folder).includes(`${name}.fired`)) continue;
      renameSync(join(this.#folder, name), join(this.#folder, taken[2]));
    }
    return this.#made - this.fired().length;
  }

  fired(): Fired[] {
    const marks = readdirSync(this.#folder).filter((name) => name.endsWith('.fired'));
    return marks.flatMap((name) => {
      const text = readFileSync(join(this.#folder, name), 'utf8');
      // Just being written.
      if (text === '') return [];
      const { pid, ppid, at } = JSON.parse(text);
      const plan = name.replace(/^taken\.\d+\.|\.fired$/g, '');
      return [{ plan, worker: plan.startsWith('worker') ? pid : ppid, at }];
    });
  }
}
