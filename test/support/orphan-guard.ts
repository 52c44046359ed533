import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Kills a child's process group as soon as this process is gone, however it went (kill -9 included).
 *
 * An 'exit' handler is not enough: it does not run on a signal, and inside jest's sandbox it never runs at all.
 * So a shell waits on a pipe that only this process holds open: end of file means that we died, while a line says
 * that the child has already ended. The child must be the leader of its group (spawned `detached`): a group's id is not
 * given out again while it has a member, so the shell cannot hit a stranger.
 */
export function killWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', 'read -r _ || kill -KILL -"$1"', 'orphan-guard', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own session: Ctrl-C in the terminal must not end the guard before its work is done.
    detached: true,
  });
  guard.stdin.on('error', () => {});
  guard.on('error', () => {});
  child.once('exit', () => guard.stdin.end('child has ended\n'));
  // Neither may keep this process alive.
  guard.unref();
  (guard.stdin as typeof guard.stdin & { unref(): void }).unref();
}
