/** Metadata that is known only once a model file is there, such as what was found when it was run. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** `metadata_props` of onnx.proto3's ModelProto, and the fields of each entry. */
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/**
 * A model file with one more entry in its metadata. The entry comes last, so that the file before it can be told from
 * it: a message goes on with what follows it, and fields that may be repeated add up (protobuf's "merging of messages").
 */
export function appendMetadata(onnx: Uint8Array, key: string, value: string): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(METADATA_PROPS, WireType.LengthDelimited).fork();
  writer.tag(KEY, WireType.LengthDelimited).string(key);
  writer.tag(VALUE, WireType.LengthDelimited).string(value);
  writer.join();
  const entry = writer.finish();
  const file = new Uint8Array(onnx.length + entry.length);
  file.set(onnx);
  file.set(entry, onnx.length);
  return file;
}
