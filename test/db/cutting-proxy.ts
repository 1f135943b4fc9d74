// Stands between a client and Postgres, and cuts the line at a COMMIT.
import { connect, createServer, type Socket } from 'node:net';
import { atEnd } from '../setup/index.js';

export interface CuttingProxy {
  /** The address of the database by way of the proxy. */
  url: string;
  /** Cuts the line of the next COMMIT: before Postgres has it, or before the client hears what became of it. */
  cutNextCommit(when: 'before' | 'after'): void;
  /** Ends the next connections as soon as they are made. */
  refuseNext(connections: number): void;
  /** Whether the cut has been made. */
  hasCut(): boolean;
}

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  let cut: 'before' | 'after' | null = null;
  let refusals = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (refusals > 0) {
      refusals--;
      return void client.destroy();
    }
    const postgres = connect(Number(target.port), target.hostname);
    let deaf = false;
    const end = () => {
      client.destroy();
      postgres.destroy();
    };
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (bytes) => {
      if (cut !== null && bytes.includes('COMMIT')) {
        deaf = true;
        if (cut === 'before') end();
        cut = null;
      }
      if (!postgres.destroyed) postgres.write(bytes);
    });
    postgres.on('data', (bytes) => {
      if (deaf) end();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${address.port}` }).href,
    cutNextCommit: (when) => {
      cut = when;
    },
    refuseNext: (connections) => {
      refusals = connections;
    },
    hasCut: () => cut === null,
  };
}
