// One data folder, one server.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { lockDirectory } from '../../scripts/stack/lock.mjs';
import { atEnd } from '../setup/cleanup.js';
import { createTestFolder } from '../setup/folder.js';

const { signal } = new AbortController();

describe('the lock of a data folder', () => {
  it('is left behind by nobody who gives it back', async () => {
    const folder = createTestFolder();
    const unlock = await lockDirectory(folder, process.pid, signal);
    expect(existsSync(join(folder, 'lock.json'))).toBe(true);
    unlock();
    expect(existsSync(join(folder, 'lock.json'))).toBe(false);
  });

  it('is taken over from a launcher that was killed, even where its pid is now another program', async () => {
    const folder = createTestFolder();
    // Process 1 runs always, and is no launcher of ours.
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ launcher: 1, watchdog: 1 }));
    const unlock = await lockDirectory(folder, process.pid, signal);
    unlock();
  });

  it('is taken over when a crash cut the file short', async () => {
    const folder = createTestFolder();
    writeFileSync(join(folder, 'lock.json'), '{"laun');
    const unlock = await lockDirectory(folder, process.pid, signal);
    unlock();
  });

  it('is waited for while the watchdog of a killed launcher still ends the servers', async () => {
    const folder = createTestFolder();
    const guard = startGuard();
    atEnd(() => guard.close());
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ launcher: 1, watchdog: guard.pid }));
    let locked = false;
    const waiting = lockDirectory(folder, process.pid, signal).then((unlock) => {
      locked = true;
      return unlock;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(locked).toBe(false);
    await guard.close();
    (await waiting)();
  });

  it('turns a second start away and says what to do', async () => {
    const folder = createTestFolder();
    const launcher = spawn(process.execPath, [join(import.meta.dirname, 'hold-nothing.mjs')], { stdio: 'ignore' });
    atEnd(() => launcher.kill());
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ launcher: launcher.pid, watchdog: launcher.pid }));
    await expect(lockDirectory(folder, process.pid, signal)).rejects.toThrow(/TRAINYARD_DATA_DIR/);
  });
});
