/** What processes have used of the machine so far, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of a process, of those that it started, and of those of them that have ended. */
export interface Used {
  cpuMs: number;
  /** Handed to the disk, or to what is kept for it in memory. */
  writtenBytes: number;
}

/** Linux tells times in hundredths of a second, whatever its own clock is. */
const TICK_MS = 10;

/** @throws where Linux tells nothing of it: it has ended, or this is another system */
export function usedBy(pid: number): Used {
  const children = parents().filter(([, parent]) => parent === pid);
  return children
    .map(([child]) => usedByOrNothing(child))
    .reduce(
      (sum, each) => ({
        cpuMs: sum.cpuMs + each.cpuMs,
        writtenBytes: sum.writtenBytes + each.writtenBytes,
      }),
      usedAlone(pid),
    );
}

/** Without what processes that it started use now. */
export function usedAlone(pid: number): Used {
  const times = fieldsOf(pid).slice(11, 15).map(Number);
  const written = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1];
  return { cpuMs: times.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS, writtenBytes: Number(written) };
}

/** What has ended meanwhile is counted with its parent. */
function usedByOrNothing(pid: number): Used {
  try {
    return usedBy(pid);
  } catch {
    return { cpuMs: 0, writtenBytes: 0 };
  }
}

function parents(): [pid: number, parent: number][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      try {
        return [[Number(name), Number(fieldsOf(Number(name))[1])]];
      } catch {
        return [];
      }
    });
}

/** Those of `/proc/PID/stat` behind the program's name, which may hold blanks. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
