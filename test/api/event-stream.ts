// Reads a stream of server-sent events as a browser does.

export interface Frame {
  id?: string;
  event?: string;
  data?: unknown;
  /** Without the colon. */
  comment?: string;
}

/** The frames of a response, until it ends or the reader stops. */
export async function* readFrames(response: Response): AsyncGenerator<Frame> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    yield* frames.map(parseFrame);
  }
}

/** The frames until the stream ends, or until `enough` of them. */
export async function takeFrames(response: Response, enough = Number.POSITIVE_INFINITY): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(response)) {
    frames.push(frame);
    if (frames.length >= enough) break;
  }
  return frames;
}

function parseFrame(text: string): Frame {
  const frame: Frame = {};
  for (const line of text.split('\n')) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === '') frame.comment = value;
    if (field === 'id') frame.id = value;
    if (field === 'event') frame.event = value;
    if (field === 'data') frame.data = JSON.parse(value);
  }
  return frame;
}
