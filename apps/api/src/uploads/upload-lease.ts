/** Says in the database, again and again, that an upload is still being received. */
import type { Database } from '@trainyard/db';
import type { FastifyBaseLogger } from 'fastify';

const RENEW_MS = 30_000;

/** Until the function that it answers is called. */
export function holdUpload(datasets: Database['datasets'], id: string, log: FastifyBaseLogger): () => void {
  const renew = () => datasets.renewUpload(id).catch((err) => log.warn({ err, id }, 'an upload was not renewed'));
  void renew();
  const timer = setInterval(renew, RENEW_MS).unref();
  return () => clearInterval(timer);
}
