/** One process of a service: started, killed, started again. */
import { join } from 'node:path';
import { root } from './config.ts';
import { Unready } from './failure.ts';
import { freePorts } from './infrastructure/ports.ts';
import { until } from './processes/narrator.ts';
import { describeExit, pinnedNode, startProgram } from './processes/process.ts';
import type { Exit, ManagedProcess } from './processes/process.ts';
import { environmentOf, serviceDeclarations } from './services.ts';
import type { ServiceName, SharedSettings, Surroundings } from './services.ts';

/** One process of a service, that can be killed and started again at the same address. */
export interface Service {
  readonly name: ServiceName;
  /** The service's name, and a number from the second process on. */
  readonly instance: string;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Where its health and metrics are: the same, unless they have a port of their own. */
  readonly healthUrl: string;
  readonly log: string;
  readonly pid: number;
  /** Undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Sends a signal (SIGKILL too) and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Starts it, after ending it in good order where it still runs; settles when it is ready. */
  restart(): Promise<void>;
  /** Settles when GET /health/ready answers 200 and names nothing as degraded. */
  untilReady(timeoutMs?: number): Promise<void>;
}

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly instance: string;
  readonly port: number;
  readonly shared: SharedSettings;
  readonly around: Surroundings;
  /** Settings that this run changes, for every service alike. */
  readonly overrides: Record<string, string>;
  readonly logDir: string;
  /** Called when it ended and nobody had asked it to. */
  readonly onUnexpectedEnd: (process: ManagedProcess) => void;
}

const readyTimeoutMs = 60_000;

/** Starts one process of a service; does not wait until it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, instance, port, shared, around } = options;
  const declaration = serviceDeclarations.find((candidate) => candidate.name === name);
  if (!declaration) throw new Error(`There is no service ${name}.`);
  const url = `http://127.0.0.1:${port}`;
  const healthPort = shared.healthApart ? (await freePorts(1))[0] : undefined;
  const healthUrl = `http://127.0.0.1:${healthPort ?? port}`;
  const start = async (): Promise<ManagedProcess> => {
    const started = await startProgram({
      name: instance,
      file: pinnedNode,
      args: ['--enable-source-maps', join(root, 'apps', name, 'dist', 'main.js')],
      env: {
        ...environmentOf(shared, name),
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(port),
        ...(healthPort !== undefined && { HEALTH_PORT: String(healthPort) }),
        INSTANCE_ID: instance,
        ...declaration.settings(around),
        ...options.overrides,
      },
      log: join(options.logDir, `${instance}.log`),
    });
    started.onUnexpectedEnd(options.onUnexpectedEnd);
    return started;
  };
  let current = await start();

  const service: Service = {
    name,
    instance,
    url,
    healthUrl,
    log: current.log,
    get pid() {
      return current.pid;
    },
    get exit() {
      return current.exit;
    },
    kill: (signal) => current.kill(signal),
    async stop() {
      if (!current.exit) await current.stop();
    },
    async restart() {
      await this.stop();
      current = await start();
      await this.untilReady();
    },
    untilReady: (timeoutMs = readyTimeoutMs) => untilReady(current, healthUrl, timeoutMs),
  };
  return service;
}

async function untilReady(service: ManagedProcess, url: string, timeoutMs: number): Promise<void> {
  let reasons = '';
  const ready = await until(
    async () => {
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      reasons = await answer.text();
      return (answer.ok && !reasons.includes('degraded')) || undefined;
    },
    { timeoutMs, everyMs: 50, giveUp: () => service.exit !== undefined },
  );
  if (ready) return;
  const how = service.exit
    ? describeExit(service.exit)
    : `was not ready after ${timeoutMs / 1000} s${reasons ? ` (${reasons})` : ''}`;
  throw new Unready(
    `The service ${service.name} ${how}. Its log is ${service.log} and ends with:\n${service.lastLines()}`,
  );
}
