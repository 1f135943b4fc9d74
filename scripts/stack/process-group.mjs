// Ends process groups: a polite signal to the leader first, then SIGKILL to whatever is left of the group.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A worker writes checkpoints before it ends, for as long as it is given, and then hands its jobs back. */
const PATIENCE_MS = (Number(process.env.TRAINYARD_STOP_SECONDS) || 20) * 1000 + 10_000;

/**
 * Ends groups side by side. Their leaders were started detached, so a pid is also its group's id.
 * @param {{ pid: number, signal: NodeJS.Signals }[]} groups
 */
export async function endGroups(groups) {
  await Promise.all(groups.map(endGroup));
}

/** @param {{ pid: number, signal: NodeJS.Signals }} group */
export async function endGroup({ pid, signal }) {
  send(pid, signal);
  const deadline = Date.now() + PATIENCE_MS;
  while (isRunning(pid) && Date.now() < deadline) await sleep(20);
  // The leader may have left children behind.
  send(-pid, 'SIGKILL');
  while (isRunning(pid) && Date.now() < deadline + 2000) await sleep(20);
}

/** @param {import('node:child_process').ChildProcess} child */
export function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

/** @param {number} pid */
export function isRunning(pid) {
  return send(pid, 0) && !isZombie(pid);
}

/** In a container nobody may collect an orphan that has ended. @param {number} pid */
function isZombie(pid) {
  if (process.platform !== 'linux') return false;
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** @param {number} pid @param {NodeJS.Signals | 0} signal @returns {boolean} Whether there was someone to take it. */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
