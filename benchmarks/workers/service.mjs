// A Trainyard of its own whose workers come and go.
import process from 'node:process';
import { endGroup } from '../../scripts/stack/process-group.mjs';
import { startServers } from '../servers.mjs';

/** @typedef {Record<string, string>} Environment */
/**
 * @typedef {object} Service
 * @property {import('../servers.mjs').Servers['client']} client
 * @property {(path: string) => Promise<unknown>} get
 * @property {string} folder For the caller's files
 * @property {(environments: readonly Environment[]) => Promise<Workers>} startWorkers One with each; they are ready
 *
 * @typedef {object} Workers
 * @property {() => void} freeze They stand still, and take nothing
 * @property {() => void} wake
 * @property {() => Promise<void>} stop
 */

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<Service>} */
export async function startService(shutdown) {
  const { client, get, folder, start } = await startServers(shutdown);
  await start('api');
  return {
    client,
    get,
    folder,
    async startWorkers(environments) {
      const started = environments.map((more) => start('worker', more));
      await Promise.allSettled(started);
      const pids = (await Promise.all(started)).map(({ pid }) => pid);
      const tell = (/** @type {NodeJS.Signals} */ what) => pids.forEach((pid) => void process.kill(pid, what));
      return {
        freeze: () => tell('SIGSTOP'),
        wake: () => tell('SIGCONT'),
        stop: async () => void (await Promise.all(pids.map((pid) => endGroup({ pid, signal: 'SIGTERM' })))),
      };
    },
  };
}
