import { describe, expect, it } from 'vitest';
import { readInferRequest } from './infer-request.js';
import type { Signature } from './signature.js';

const SIGNATURE: Signature = {
  model: 'shapes',
  image: { width: 3, height: 2, channels: 1 },
  output: 'probabilities',
  labels: ['circle', 'square', 'star'],
};
const PIXELS = [0, 1, 2, 253, 254, 255];
const IMAGE = { name: 'image', shape: [1, 2, 3, 1], datatype: 'UINT8', data: PIXELS };

const read = (request: unknown, binary: Uint8Array = new Uint8Array()) => {
  const json = Buffer.from(JSON.stringify(request));
  const headerLength = binary.length > 0 ? String(json.length) : undefined;
  return readInferRequest(Buffer.concat([json, binary]), headerLength, SIGNATURE);
};
const input = (changes: object) => ({ inputs: [{ ...IMAGE, ...changes }] });
const pixels = (request: unknown, binary?: Uint8Array) => [...read(request, binary).input.parts[0]];

/** The whole of what the caller is told. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { code, errors = [] } = error as { code: string; errors?: { pointer: string; detail: string }[] };
    return [code, ...errors.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(': ');
  }
  throw new Error('It was not refused');
}

describe('pixels', () => {
  it('are read flat, nested and as binary data', () => {
    const nested = [
      [
        [[0], [1], [2]],
        [[253], [254], [255]],
      ],
    ];
    expect(read(input({}))).toMatchObject({ id: undefined, count: 1, input: { kind: 'pixels', count: 1 } });
    expect(pixels(input({}))).toEqual(PIXELS);
    expect(pixels(input({ data: nested }))).toEqual(PIXELS);
    const binary = input({ data: undefined, parameters: { binary_data_size: 6 } });
    expect(pixels(binary, Buffer.from(PIXELS))).toEqual(PIXELS);
  });

  it('are a view into the body where they are binary data', () => {
    const json = Buffer.from(JSON.stringify(input({ data: undefined, parameters: { binary_data_size: 6 } })));
    const body = Buffer.concat([json, Buffer.from(PIXELS)]);
    const [part] = readInferRequest(body, String(json.length), SIGNATURE).input.parts;
    expect([part.buffer === body.buffer, part.byteOffset]).toEqual([true, body.byteOffset + json.length]);
  });

  it('need no JSON where the body is nothing else', () => {
    const call = readInferRequest(Buffer.from([...PIXELS, ...PIXELS]), '0', SIGNATURE);
    expect(call).toMatchObject({ count: 2, output: { binary: true, classes: 0 } });
  });

  it.each([
    [
      'a wrong shape',
      { shape: [1, 3, 2, 1] },
      '/inputs/0/shape Expected [n,2,3,1] for n images, at least 1; received [1,3,2,1].',
    ],
    [
      'no image',
      { shape: [0, 2, 3, 1], data: [] },
      '/inputs/0/shape Expected [n,2,3,1] for n images, at least 1; received [0,2,3,1].',
    ],
    ['a shape that is none', { shape: -1 }, '/inputs/0/shape Expected an array; received -1.'],
    [
      'a negative size',
      { shape: [-1, 2, 3, 1] },
      '/inputs/0/shape/0 Expected a whole number of at least 0; received -1.',
    ],
    ['too few elements', { data: PIXELS.slice(1) }, '/inputs/0/data Expected 6 elements; received 5.'],
    [
      'an array that is too short',
      {
        data: [
          [
            [[0], [1]],
            [[2], [3], [4]],
          ],
        ],
      },
      '/inputs/0/data/0/0 Expected 3 elements; received 2.',
    ],
    [
      'a number among arrays',
      {
        data: [
          [
            [[0], 1, [1]],
            [[2], [3], [4]],
          ],
        ],
      },
      '/inputs/0/data/0/0/1 Expected an array; received 1.',
    ],
    [
      'a fraction',
      { data: [0, 1, 0.5, 3, 4, 5] },
      '/inputs/0/data/2 Expected a whole number from 0 to 255; received 0.5.',
    ],
    ['a text', { data: [0, 1, '2', 3, 4, 5] }, '/inputs/0/data/2 Expected a whole number from 0 to 255; received "2".'],
    ['256', { data: [0, 1, 256, 3, 4, 5] }, '/inputs/0/data/2 Expected a whole number from 0 to 255; received 256.'],
    ['no elements', { data: undefined }, '/inputs/0/data Expected an array; received nothing.'],
    ['a shape beyond memory', { shape: [9e15, 2, 3, 1] }, 'payload_too_large'],
    [
      'another datatype',
      { datatype: 'FP32' },
      '/inputs/0/datatype Expected UINT8 [n,2,3,1], or BYTES [n] of image files; received "FP32".',
    ],
    ['a datatype that is none', { datatype: 'uint8' }, '/inputs/0/datatype Expected one of BOOL, UINT8, '],
    [
      'another name',
      { name: 'input-0' },
      '/inputs/0/name The model "shapes" has one input, "image"; received "input-0".',
    ],
    [
      'both data and a binary size',
      { parameters: { binary_data_size: 6 } },
      '/inputs/0 Expected either data or binary_data_size; received both.',
    ],
    [
      'parameters that are none',
      { parameters: [] },
      '/inputs/0/parameters Expected an object; received an array of 0.',
    ],
  ])('are refused: %s', (_, changes, expected) => {
    expect(refusal(() => read(input(changes)))).toContain(expected);
  });

  it('are refused where the binary data does not add up', () => {
    const sized = (size: unknown) => input({ data: undefined, parameters: { binary_data_size: size } });
    expect(refusal(() => read(sized(6), Buffer.alloc(7)))).toContain('as follow the JSON, 7 (');
    expect(refusal(() => read(sized(5), Buffer.alloc(5)))).toContain(
      'Expected 6 bytes for the shape [1,2,3,1]; received 5.',
    );
    expect(refusal(() => read(sized('6'), Buffer.alloc(6)))).toContain('a whole number of at least 0; received "6"');
    expect(refusal(() => read(sized(6)))).toContain('as follow the JSON, 0 (Inference-Header-Content-Length');
    expect(refusal(() => read(input({}), Buffer.alloc(1)))).toContain('1 bytes follow the JSON');
    expect(refusal(() => readInferRequest(Buffer.alloc(7), '0', SIGNATURE))).toContain(
      'Expected 6 bytes for each image',
    );
    for (const length of ['-1', '8', '1e0', '', ['1', '1']]) {
      expect(refusal(() => readInferRequest(Buffer.alloc(7), length, SIGNATURE))).toContain('0 to 7');
    }
  });

  it('are refused beyond 256 images', () => {
    expect(refusal(() => readInferRequest(Buffer.alloc(257 * 6), '0', SIGNATURE))).toBe('payload_too_large');
  });
});

describe('image files', () => {
  const file = Buffer.from('a file');
  const framed = (...all: Buffer[]) =>
    Buffer.concat(
      all.flatMap((bytes) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }),
    );
  const files = (changes: object) => input({ datatype: 'BYTES', shape: [1], data: undefined, ...changes });
  const text = file.toString('base64');

  it.each([[{ data: [text] }], [{ data: text }], [{ shape: [1, 1], data: [[text]] }]])(
    'are read from base64: %j',
    (changes) => {
      const call = read(files(changes));
      expect(call.input.kind).toBe('files');
      expect(call.input.parts.map((part) => Buffer.from(part).toString())).toEqual(['a file']);
    },
  );

  it('are read from binary data', () => {
    const binary = framed(file, Buffer.alloc(0), file);
    const call = read(files({ shape: [3], parameters: { binary_data_size: binary.length } }), binary);
    expect(call.input.parts.map((part) => part.length)).toEqual([6, 0, 6]);
    expect(call.count).toBe(3);
  });

  it('are refused where they do not come out', () => {
    const sized = (count: number, binary: Buffer) =>
      refusal(() => read(files({ shape: [count], parameters: { binary_data_size: binary.length } }), binary));
    expect(sized(1, framed(file, file))).toContain('Expected 1 elements');
    expect(sized(3, framed(file, file))).toContain('Expected 3 elements');
    expect(sized(2, framed(file, file).subarray(0, 19))).toContain('Expected 2 elements');
    expect(sized(1, Buffer.from([255, 255, 255, 255, 1]))).toContain('Expected 1 elements');
    expect(refusal(() => read(files({ data: ['?!'] })))).toMatch(
      /^invalid_image: \/inputs\/0\/data\/0 The text is not/,
    );
    expect(refusal(() => read(files({ data: [7] })))).toContain('/inputs/0/data/0 Expected a string; received 7.');
    expect(refusal(() => read(files({ data: [text, text] })))).toContain('Expected 1 elements; received 2.');
    expect(refusal(() => read(files({ shape: [1, 2], data: [text] })))).toContain('Expected [n] for n image files');
  });
});

describe('a request', () => {
  it.each([
    [[1], 'Expected an object; received an array of 1.'],
    ['x', 'Expected an object; received "x".'],
    [null, 'Expected an object; received null.'],
    [{}, '/inputs Expected an array; received nothing.'],
    [{ inputs: [] }, '/inputs Expected 1 input, "image"; received 0.'],
    [{ inputs: [IMAGE, IMAGE] }, '/inputs Expected 1 input, "image"; received 2.'],
    [{ inputs: [7] }, '/inputs/0 Expected an object; received 7.'],
    [{ inputs: [IMAGE], id: 42 }, '/id Expected a string; received 42.'],
    [{ inputs: [IMAGE], parameters: 'x' }, '/parameters Expected an object; received "x".'],
    [
      { inputs: [IMAGE], parameters: { binary_data_output: 1 } },
      '/parameters/binary_data_output Expected true or false',
    ],
    [{ inputs: [IMAGE], outputs: {} }, '/outputs Expected an array; received an object.'],
    [{ inputs: [IMAGE], outputs: [{}] }, '/outputs/0/name Expected a string; received nothing.'],
    [{ inputs: [IMAGE], outputs: [{ name: 'x' }] }, '"shapes" has one output, "probabilities"; received "x".'],
  ])('is refused: %j', (request, expected) => {
    expect(refusal(() => read(request))).toContain(expected);
  });

  it('is refused where it is no JSON, no UTF-8, or more JSON than is read', () => {
    const body = (bytes: Buffer) => refusal(() => readInferRequest(bytes, undefined, SIGNATURE));
    expect(body(Buffer.from('{"inputs":'))).toBe('invalid_json');
    expect(body(Buffer.from([0x22, 0xff, 0x22]))).toBe('invalid_json');
    expect(body(Buffer.from('[null'.repeat(10_000)))).toBe('invalid_json');
    expect(body(Buffer.alloc(0))).toContain('received an empty body');
    expect(body(Buffer.alloc(8 * 2 ** 20 + 1, '1'))).toBe('payload_too_large');
    expect(refusal(() => readInferRequest(Buffer.from('null'), '4', SIGNATURE))).toContain('received null');
  });

  it('is refused without being parsed where parsing it would take long', () => {
    const body = (text: string) => refusal(() => readInferRequest(Buffer.from(text), undefined, SIGNATURE));
    for (const inner of ['['.repeat(4e6), `${'['.repeat(3e6)}${']'.repeat(3e6)}`, '{"a":'.repeat(1e6)]) {
      expect(body(`{"id":"\\"[[","inputs":${inner}`)).toContain('at most 32 levels of nesting');
    }
    expect(body(`[${'{},'.repeat(2e6)}{}]`)).toContain('at most 4096 objects');
    expect(body(`[${'[],'.repeat(1e6)}[]]`)).toContain('at most 500000 arrays');
    const long = JSON.stringify({ ...input({}), id: `${'[{'.repeat(1e5)}${'\\'.repeat(7)}"` });
    expect(readInferRequest(Buffer.from(long), undefined, SIGNATURE).count).toBe(1);
  });

  it('passes over what it does not know', () => {
    const unknown = { model_name: 'x', parameters: { priority: 1, sequence_id: 2 }, extra: [] };
    expect(read({ ...unknown, ...input({ parameters: { content_type: 'np' }, extra: 1 }) }).count).toBe(1);
  });
});

describe('outputs', () => {
  const asked = (outputs?: unknown, parameters?: object) => read({ ...input({}), outputs, parameters }).output;
  const probabilities = (parameters?: object) => [{ name: 'probabilities', parameters }];

  it('are all, in JSON, where none is named', () => {
    expect([asked(), asked([])]).toEqual(Array(2).fill({ binary: false, classes: 0 }));
    expect(asked(undefined, { binary_data_output: true })).toEqual({ binary: true, classes: 0 });
  });

  it('are binary as the output says, or else the request', () => {
    expect(asked(probabilities({ binary_data: true })).binary).toBe(true);
    expect(asked(probabilities(), { binary_data_output: true }).binary).toBe(true);
    expect(asked(probabilities({ binary_data: false }), { binary_data_output: true }).binary).toBe(false);
  });

  it('are classes where so many are asked for, at most all', () => {
    expect(asked(probabilities({ classification: 2 })).classes).toBe(2);
    expect(asked(probabilities({ classification: 0 })).classes).toBe(0);
    expect(asked(probabilities({ classification: 100 })).classes).toBe(3);
  });

  it.each([
    [{ classification: -1 }, '/outputs/0/parameters/classification Expected a whole number'],
    [{ classification: 1.5 }, '/outputs/0/parameters/classification Expected a whole number'],
    [{ binary_data: 'yes' }, '/outputs/0/parameters/binary_data Expected true or false; received "yes".'],
  ])('are refused with %j', (parameters, expected) => {
    expect(refusal(() => asked(probabilities(parameters)))).toContain(expected);
  });

  it('are refused where one is named twice', () => {
    expect(refusal(() => asked([...probabilities(), ...probabilities()]))).toContain('asked for twice');
  });
});
