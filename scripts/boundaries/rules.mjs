// Who may import whom: the one place where the direction of imports is written down.

/** For each workspace package the other ones that it may import; downwards only. */
export const ALLOWED = /** @type {const} */ ({
  contracts: [],
  engine: ['contracts'],
  storage: ['contracts'],
  config: ['contracts'],
  pictures: [],
  analysis: ['contracts'],
  tuning: ['contracts'],
  db: ['contracts'],
  queue: ['contracts'],
  http: ['contracts', 'db'],
  datasets: ['contracts', 'engine', 'storage', 'pictures'],
  runtime: ['contracts', 'engine', 'storage', 'analysis', 'datasets'],
  api: ['contracts', 'engine', 'storage', 'pictures', 'analysis', 'tuning', 'config', 'db', 'queue', 'http'],
  worker: ['contracts', 'engine', 'storage', 'analysis', 'config', 'db', 'queue', 'datasets', 'runtime'],
  inference: ['contracts', 'engine', 'storage', 'pictures', 'config', 'db', 'http', 'datasets', 'runtime'],
});

/** Packages from outside that only one of ours may import, so that it can be exchanged in one place. */
export const OWNED = /** @type {const} */ ({
  '@prisma/client': 'db',
  '@prisma/adapter-pg': 'db',
  bullmq: 'queue',
  ioredis: 'queue',
  'onnxruntime-node': 'runtime',
  sharp: 'datasets',
  '@bufbuild/protobuf': 'engine',
});

/** Entries beside a package's main one: for threads that must not load all of it. */
export const ENTRIES = /** @type {const} */ (['@trainyard/engine/host']);
