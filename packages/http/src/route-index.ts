/** Which methods each address takes, so that a wrong method can be told from a wrong address. */

interface IndexedRoute {
  path: RegExp;
  methods: Set<string>;
}

export class RouteIndex {
  readonly routes = new Map<string, IndexedRoute>();

  add(method: string | readonly string[], url: string): void {
    if (url.includes('*')) return;
    const route = this.routes.get(url) ?? { path: pathPattern(url), methods: new Set<string>() };
    for (const each of typeof method === 'string' ? [method] : method) route.methods.add(each);
    this.routes.set(url, route);
  }
}

/** The methods that the routes at a path take, sorted; none where there is no such route. */
export function allowedMethods(index: RouteIndex, path: string): string[] {
  const found = [...index.routes.values()].filter((route) => route.path.test(path));
  return [...new Set(found.flatMap((route) => [...route.methods]))].sort();
}

function pathPattern(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
