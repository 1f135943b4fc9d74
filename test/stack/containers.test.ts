// The container files, as far as they can be checked without a container engine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@trainyard/config';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Service {
  image?: string;
  command?: string[];
  build?: { context: string; dockerfile: string; target?: string };
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  profiles?: string[];
  deploy?: { resources: { reservations: { devices: { driver: string; capabilities: string[] }[] } } };
}

const compose: { services: Record<string, Service>; volumes: Record<string, null> } = parse(
  readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'),
  { merge: true },
);
const services = Object.entries(compose.services);
const dockerfiles = readdirSync(join(ROOT, 'docker')).filter((name) => name.endsWith('.Dockerfile'));

/** What compose puts in for `${NAME:-default}` where nothing is set. */
function withDefaults(environment: Record<string, string> = {}): Record<string, string> {
  const fill = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}

describe('docker-compose.yml', () => {
  it('has the two servers, the three programs and a worker for GPUs', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['api', 'inference', 'postgres', 'redis', 'worker', 'worker-gpu'].sort(),
    );
  });

  it.each(services)('gives %s a health check and only volumes that exist', (_name, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
  });

  it('opens one port, that of the API', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['api']);
    expect(compose.services.api?.ports).toHaveLength(1);
  });

  it('keeps what Redis holds, and evicts nothing', () => {
    expect(compose.services.redis?.command?.join(' ')).toMatch(/--appendonly yes.*--maxmemory-policy noeviction/);
  });

  it('reserves a GPU only in the profile `gpu`', () => {
    const reserving = services.filter(([, { deploy }]) => deploy !== undefined);
    expect(reserving.map(([name, { profiles }]) => [name, profiles])).toEqual([['worker-gpu', ['gpu']]]);
    expect(reserving[0]?.[1].deploy?.resources.reservations.devices[0]).toMatchObject({
      driver: 'nvidia',
      capabilities: ['gpu'],
    });
  });

  it.each(services.filter(([, { build }]) => build))(
    'builds %s from a stage that its Dockerfile has',
    (_name, { build }) => {
      const dockerfile = readFileSync(join(ROOT, build?.dockerfile ?? ''), 'utf8');
      if (build?.target !== undefined) expect(dockerfile).toMatch(new RegExp(`^FROM .* AS ${build.target}$`, 'm'));
    },
  );

  it('configures each program completely, with nothing set outside', () => {
    const environment = (name: string) => withDefaults(compose.services[name]?.environment);
    expect(readConfig('api', environment('api'))).toMatchObject({ port: 8080, host: '0.0.0.0', apiKey: undefined });
    expect(readConfig('worker', environment('worker')).objectsDir).toBe('/data/objects');
    expect(readConfig('worker', environment('worker-gpu'))).toEqual(readConfig('worker', environment('worker')));
    expect(readConfig('inference', environment('inference'))).toMatchObject({ port: 8081, host: '0.0.0.0' });
  });
});

describe.each(dockerfiles)('docker/%s', (name) => {
  const text = readFileSync(join(ROOT, 'docker', name), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n');
  const app = name.replace('.Dockerfile', '');

  it('copies only what is in the repository and let through by .dockerignore', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(allowed, source).toContain(`!${source.split('/')[0]}`);
    }
  });

  it('copies from stages that it has', () => {
    const stages = [...text.matchAll(/^FROM \S+ AS (\w[\w-]*)$/gm)].map((match) => match[1]);
    for (const [, stage] of text.matchAll(/--from=(\S+)/g)) expect(stages).toContain(stage);
  });

  it('runs its program as somebody who is not root, on Node 24', () => {
    expect(text).toContain('FROM node:24-bookworm-slim');
    const finals = text.split(/^FROM /m).filter((stage) => /^CMD /m.test(stage));
    expect(finals.length).toBeGreaterThan(0);
    for (const stage of finals) {
      expect(stage).toMatch(/^USER 1000:1000$/m);
      expect(stage).toContain(`CMD ["node", "apps/${app}/dist/main.js"]`);
    }
  });
});
