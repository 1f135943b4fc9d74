/** Files and rows of an upload that are not used: why, and what can be done about it. */
import { type Static, Type } from 'typebox';
import { Strict, Words } from './schema.js';

interface SkipKind {
  /** Whether it is an image that cannot be read, and so counts against `options.max_skipped`. */
  readonly isImage: boolean;
  readonly remedy: string;
}

const kinds = {
  unreadable_image: { isImage: true, remedy: 'Save the image again as JPEG or PNG, or leave it out.' },
  image_too_large: { isImage: true, remedy: 'Make the image smaller.' },
  damaged_entry: { isImage: true, remedy: 'Make the archive again.' },
  unusable_entry: { isImage: false, remedy: 'Put the file itself into the archive, under a name in UTF-8.' },
  not_an_image: { isImage: false, remedy: 'Nothing has to be done, if it is not meant to be an image.' },
  no_class_folder: { isImage: false, remedy: 'Move it into the folder of its class.' },
  no_label: { isImage: false, remedy: 'Give it a label.' },
  bad_row: { isImage: true, remedy: 'Correct the row.' },
  no_such_image: { isImage: false, remedy: 'Add the image to the archive, or correct its name in the table.' },
  named_again: { isImage: false, remedy: 'Keep one of the rows.' },
  unused_file: { isImage: false, remedy: 'Nothing has to be done, if it is not meant to be used.' },
  leaking_duplicate: { isImage: false, remedy: 'Nothing has to be done; options.leaks asked for it.' },
} satisfies Record<string, SkipKind>;

export type SkipCode = keyof typeof kinds;
export const SKIP_KINDS: Readonly<Record<SkipCode, SkipKind>> = kinds;
export const SKIP_CODES = Object.keys(kinds) as SkipCode[];

/** A file of the archive that is not used, and why. */
export const SkippedFile = Strict({
  file: Type.String(),
  reason: Type.String(),
  code: Words(SKIP_CODES),
});
export type SkippedFile = Static<typeof SkippedFile>;

/** A file of the archive that is not used, as the API lists it. */
export const SkippedFileItem = Type.Object(
  {
    file: Type.String(),
    code: Words(SKIP_CODES),
    reason: Type.String(),
    remedy: Type.String({ description: 'What can be done about it' }),
  },
  { $id: 'SkippedFile' },
);
export type SkippedFileItem = Static<typeof SkippedFileItem>;
