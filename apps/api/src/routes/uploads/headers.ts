/** The headers of requests and answers that the routes of uploads document. */
import { Type } from 'typebox';
import { CHECKSUMS } from '../../uploads/checksum.js';

/** As HTTP writes times (RFC 9110). */
export function expiresHeader(expiresAt: Date | string): { 'upload-expires': string } {
  return { 'upload-expires': new Date(expiresAt).toUTCString() };
}

// What they hold is checked by the routes, since the protocol asks for 400 and not for 422.
export const tusVersion = { 'tus-resumable': Type.Optional(Type.String({ description: 'The version of tus: 1.0.0' })) };

export const uploadChecksum = {
  'upload-checksum': Type.Optional(
    Type.String({ description: `One of ${CHECKSUMS.join(', ')}, a space and the checksum of the body in Base64` }),
  ),
};
