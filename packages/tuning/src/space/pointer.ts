/** JSON pointers (RFC 6901). */

export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The names on the way to what a pointer points to. */
export function namesOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer to a parameter in the request of a sweep. */
export function spacePointer(pointer: string): string {
  return `/space/${escaped(pointer)}`;
}
