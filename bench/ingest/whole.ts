/** What a lead costs from its post to its record, its mail row and its place in the ledger, by service. */
import { resolve } from 'node:path';
import { eventually } from '@leads/testing';
import { type Arena, inArena } from '@leads/tools';
import type { Asked, Bar } from '../writer/bar.ts';
import { postAll } from './posting.ts';
import { type Used, usedAlone, usedBy } from './usage.ts';

const LEADS = 20_000;
const CONNECTIONS = 20;
const SENDERS = 64;
const WAIT = { timeoutMs: 600_000, everyMs: 250 };

/** What one service used: its own process, and PostgreSQL's processes that served it. */
interface Cost {
  own: Used;
  database: { cpuMs: number; walBytes: number };
}

/** @param asked the older state is measured first, in the same run: a machine does not stay as it is */
export async function whole({ before, leads = String(LEADS) }: Asked): Promise<Bar> {
  const older = before === undefined ? undefined : await measure(Number(leads), await arenaOf(before));
  const { cpuMs, ...explained } = await measure(Number(leads), inArena);
  return {
    bar: 'whole',
    value: cpuMs,
    unit: 'ms of a core a lead, services with broker and database',
    goal: `at most half of ${older?.cpuMs ?? 'what an older state costs, which --before names'} ms`,
    met: older !== undefined && cpuMs <= older.cpuMs / 2,
    ...explained,
    ...(older && { before: older }),
  };
}

/** Everything is the older state's there: services, their migrations, the emulators. */
async function arenaOf(checkout: string): Promise<typeof inArena> {
  const tools = (await import(resolve(checkout, 'tools/stack/index.ts'))) as { inArena: typeof inArena };
  return tools.inArena;
}

async function measure(leads: number, inItsArena: typeof inArena) {
  const serviceSettings = { LOG_LEVEL: 'info', POSTS_PER_MINUTE: '10000000' };
  return inItsArena({ serviceSettings, beside: ['notification', 'portal'] }, async (arena) => {
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, number) =>
        arena.connect(`whole${number}.crm4.dynamics.com`, { limits: { latencyMs: 25 } }),
      ),
    );
    const addresses = connections.map(({ leadAddress }) => leadAddress);
    // Every lane has started, and what is compiled on first use is.
    await eventually(() => postAll(addresses, SENDERS, CONNECTIONS * 10), WAIT);
    const warmUp = await eventually(() => settled(arena), WAIT);
    const meter = new Meter(arena);
    await meter.look();
    const before = meter.total();
    const began = performance.now();
    await postAll(addresses, SENDERS, leads);
    const postedSeconds = (performance.now() - began) / 1_000;
    await eventually(async () => {
      await meter.look();
      const done = (await settled(arena)) - warmUp;
      if (done !== leads) throw new Error(`${done} of ${leads} leads have gone the whole way.`);
    }, WAIT);
    const seconds = (performance.now() - began) / 1_000;
    const byService = perLead(before, meter.total(), leads);
    const cpuMs = Object.values(byService).reduce((sum, each) => sum + each.cpuMs + each.databaseCpuMs, 0);
    return {
      cpuMs: Number(cpuMs.toFixed(3)),
      leads,
      leadsPerSecond: Math.round(leads / seconds),
      postedPerSecond: Math.round(leads / postedSeconds),
      byService,
    };
  });
}

/** How many leads have gone the whole way; @throws while some are still under way */
async function settled(arena: Arena): Promise<number> {
  const [counts] = await arena.rows<Record<'written' | 'mailed' | 'told', string>>(`
    select (select count(*) from writer.deliveries where state = 'written') as written,
           (select count(*) from notification.mails) as mailed,
           (select sum(written) from portal.totals) as told`);
  const [written = 0, ...others] = Object.values(counts ?? {}).map(Number);
  if (written === 0 || others.some((count) => count !== written)) {
    throw new Error(`Leads are under way: ${JSON.stringify(counts)}`);
  }
  return written;
}

/** Looks again and again: what served a service may end meanwhile, and is then gone from the lists. */
class Meter {
  private readonly backends = new Map<number, { service: string; cpuMs: number; walBytes: number }>();

  private readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  async look(): Promise<void> {
    const rows = await this.arena.rows<{ pid: number; application: string; wal: string }>(`
      select pid, application_name as application, (pg_stat_get_backend_wal(pid)).wal_bytes as wal
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`);
    for (const { pid, application, wal } of rows) {
      try {
        const { cpuMs } = usedAlone(pid);
        this.backends.set(pid, { service: serviceOf(application), cpuMs, walBytes: Number(wal) });
      } catch {
        // It has ended since.
      }
    }
  }

  total(): Record<string, Cost> {
    const { services, broker, database } = this.arena.stack;
    const ofBackends = (service: string): Cost['database'] => {
      const own = [...this.backends.values()].filter((each) => each.service === service);
      const sum = (what: 'cpuMs' | 'walBytes'): number => own.reduce((all, each) => all + each[what], 0);
      return { cpuMs: sum('cpuMs'), walBytes: sum('walBytes') };
    };
    const costs = Object.values(services).map(
      ({ name, pid }) => [name, { own: usedBy(pid), database: ofBackends(name) }] as const,
    );
    const served = costs.reduce((sum, [, cost]) => sum + cost.database.cpuMs, 0);
    const nothing = { cpuMs: 0, walBytes: 0 };
    const kafka = usedBy(pidOf(broker.process));
    const postgres = usedBy(pidOf(database.process));
    return {
      ...Object.fromEntries(costs),
      kafka: { own: kafka, database: nothing },
      // What writes its pages and its log, beside those that serve somebody.
      postgres: { own: { ...postgres, cpuMs: postgres.cpuMs - served }, database: nothing },
    };
  }
}

function pidOf(process: { pid: number } | undefined): number {
  if (!process) throw new Error('What runs elsewhere, or in a container, cannot be measured from here.');
  return process.pid;
}

/** An instance is called after its service, with something behind it. */
function serviceOf(application: string): string {
  return application.replace(/-[0-9a-f]{8}$/, '');
}

function perLead(before: Record<string, Cost>, after: Record<string, Cost>, leads: number) {
  const perOne = (value: number, digits: number): number => Number((value / leads).toFixed(digits));
  return Object.fromEntries(
    Object.entries(after).map(([name, { own, database }]) => {
      const first = before[name] ?? {
        own: { cpuMs: 0, writtenBytes: 0 },
        database: { cpuMs: 0, walBytes: 0 },
      };
      return [
        name,
        {
          cpuMs: perOne(own.cpuMs - first.own.cpuMs, 3),
          databaseCpuMs: perOne(database.cpuMs - first.database.cpuMs, 3),
          walBytes: perOne(database.walBytes - first.database.walBytes, 0),
          writtenBytes: perOne(own.writtenBytes - first.own.writtenBytes, 0),
        },
      ];
    }),
  );
}
