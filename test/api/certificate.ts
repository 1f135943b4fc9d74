// A certificate for a TLS server of a test, made on the spot: DER by hand, so that nothing in the repository expires.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

export interface TestCertificate {
  /** In PEM. */
  cert: string;
  key: string;
}

const HOUR_MS = 3_600_000;
const OID = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
};

/** A self-signed certificate for a host name, with 127.0.0.1 where it is `localhost`, valid from an hour ago until `expiresInH` from now. */
export function selfSignedCertificate({ host = 'localhost', expiresInH = 24 } = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const times = { from: Date.now() - HOUR_MS, until: Date.now() + expiresInH * HOUR_MS };
  const signed = unsigned(publicKey, host, times);
  const signature = sign('sha256', signed, privateKey);
  const certificate = sequence(signed, algorithm(), element(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** TBSCertificate of RFC 5280, 4.1. */
function unsigned(publicKey: KeyObject, host: string, { from, until }: { from: number; until: number }): Buffer {
  const version = element(0xa0, integer(2));
  const validity = sequence(time(from), time(until));
  const address = host === 'localhost' ? [element(0x87, Buffer.from([127, 0, 0, 1]))] : [];
  const names = sequence(element(0x82, Buffer.from(host)), ...address);
  // Certificates are looked up by their names, so that each has one of its own.
  const subject = name(`Trainyard test ${randomUUID()}`);
  const extensions = sequence(
    sequence(oid(OID.basicConstraints), element(0x04, sequence(element(0x01, Buffer.from([0xff]))))),
    sequence(oid(OID.subjectAltName), element(0x04, names)),
  );
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = integer(1);
  return sequence(version, serial, algorithm(), subject, validity, subject, spki, element(0xa3, extensions));
}

const algorithm = () => sequence(oid(OID.ecdsaWithSha256));
const name = (text: string) => sequence(element(0x31, sequence(oid(OID.commonName), element(0x0c, Buffer.from(text)))));

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return element(0x18, Buffer.from(digits));
}

const oid = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));
const integer = (value: number) => element(0x02, Buffer.from([value]));
const sequence = (...parts: Buffer[]) => element(0x30, Buffer.concat(parts));

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
