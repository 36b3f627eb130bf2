/** A way to a server that can be shut and opened, to see what a client does while the server is out of reach. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Gate {
  private readonly target: { host: string; port: number };
  /** Each socket, and the one that it passes on to. */
  private readonly sockets = new Map<Socket, Socket>();
  private server: Server | undefined;
  /** Where clients connect, on 127.0.0.1; the same for as long as the gate lives. */
  port = 0;

  /** @param target the server behind the gate */
  constructor(target: { host: string; port: number }) {
    this.target = target;
  }

  async open(): Promise<void> {
    const server = createServer((client) => this.pass(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Cuts every connection and refuses new ones. */
  async shut(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }

  /**
   * From now on nothing passes on the connections that there are, and neither side learns of the other's end: as when
   * a machine or the way to it is gone without a word. New connections pass.
   */
  hush(): void {
    for (const [one, other] of this.sockets) {
      one.unpipe(other);
      one.pause();
      one.removeAllListeners('close');
      // Its end is learnt of only when it is read from; the gate's own end takes it along.
      one.once('close', () => this.sockets.delete(one));
    }
  }

  private pass(client: Socket): void {
    const target = connect(this.target);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.sockets.set(one, other);
      one.pipe(other);
      // The other side learns of it by its own end.
      one.on('error', () => undefined);
      one.once('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
