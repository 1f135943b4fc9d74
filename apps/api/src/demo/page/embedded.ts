/** Files that the page has within itself, as base64 in script elements that are never run. */

/** A multiple of four characters, so that each piece is whole. */
const PIECE = 4 * 65_536;

/** The text of an element of the page. */
export function embeddedText(id: string): string {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page lacks ${id}. Download it again.`);
  return element.textContent ?? '';
}

export function embeddedBytes(id: string): Uint8Array<ArrayBuffer> {
  const text = embeddedText(id).trim();
  const bytes = new Uint8Array((text.length / 4) * 3 - (text.match(/=*$/)?.[0].length ?? 0));
  for (let from = 0, to = 0; from < text.length; from += PIECE) {
    const piece = atob(text.slice(from, from + PIECE));
    for (let place = 0; place < piece.length; place++) bytes[to++] = piece.charCodeAt(place);
  }
  return bytes;
}

/** One that was packed by gzip. */
export async function embeddedGzip(id: string): Promise<ArrayBuffer> {
  const unpacked = new Blob([embeddedBytes(id)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(unpacked).arrayBuffer();
}
