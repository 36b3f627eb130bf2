/**
 * Outlives a launcher that was killed with a signal nobody can catch, and ends what that launcher had started.
 * The launcher writes "+<pid> <signal>" and "-<pid>" lines to this process's standard input; when the other end is
 * gone, whatever is still listed is asked to end, and after five seconds made to.
 */
import { createInterface } from 'node:readline';

const GRACE_MS = 5_000;
const running = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const [pid, signal = 'SIGTERM'] = line.slice(1).split(' ');
  if (line.startsWith('+')) running.set(Number(pid), signal);
  else running.delete(Number(pid));
}

for (const [pid, signal] of running) send(pid, signal);
const deadline = Date.now() + GRACE_MS;
while ([...running.keys()].some(lives) && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
for (const pid of running.keys()) if (lives(pid)) send(-pid, 'SIGKILL');

function lives(pid) {
  return send(pid, 0);
}

function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
