/** What each kind of analysis gets to work with. */
import type { AnalysisReport, LoweringSetting } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';

export interface AnalystTools {
  store: ObjectStore;
  /** Threads of one operator. */
  threads: number;
  /** Of what trains as a job would; `auto` where it is left out. */
  lowering?: LoweringSetting;
  /** Aborted when the work is to be abandoned. */
  signal: AbortSignal;
  report: (report: AnalysisReport) => Promise<void>;
}

/** Works on a task and writes its files; `result.json` last. */
export type Analyst<Task> = (task: Task, tools: AnalystTools) => Promise<void>;
