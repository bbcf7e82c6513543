// Certificates for a provider behind TLS, made when a run begins: a good one and one for each way in which it can be
// bad. X.509 version 3 with ECDSA on P-256 (RFC 5280, 5480), put together here so that no tool has to be installed. The
// keys live in memory only, and are trusted by nobody but the router that is told to.

import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { bitString, der, derTrue, integer, objectId, octetString, sequence, utcTime, utf8 } from "./der.ts";
import type { ServedCertificate } from "./tls_doors.ts";
import type { TlsFault } from "./wire_state.ts";

const DAY_MS = 86_400_000;

const ecdsaWithSha256 = sequence(objectId("1.2.840.10045.4.3.2"));
const commonName = objectId("2.5.4.3");
const basicConstraints = objectId("2.5.29.19");
const keyUsage = objectId("2.5.29.15");
const extendedKeyUsage = objectId("2.5.29.37");
const subjectAltName = objectId("2.5.29.17");
const serverAuth = objectId("1.3.6.1.5.5.7.3.1");

export interface ProxyCertificates {
  /** PEM of the authority that the router is told to trust. */
  readonly ca: string;
  readonly served: Readonly<Record<"good" | TlsFault, ServedCertificate>>;
}

interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  readonly cert: string;
}

/** For these names and IPv4 addresses; `nowMs` is wall time. */
export function makeProxyCertificates(hosts: readonly string[], nowMs: number): ProxyCertificates {
  const authority = makeAuthority("Lasso battle CA", nowMs);
  const stranger = makeAuthority("Another CA", nowMs);
  const leaf = (
    issuer: Authority,
    names: readonly string[],
    fromMs: number,
    toMs: number,
  ): ServedCertificate => makeLeaf(issuer, names, fromMs, toMs);
  const [from, to] = [nowMs - DAY_MS, nowMs + 7 * DAY_MS];
  return {
    ca: authority.cert,
    served: {
      good: leaf(authority, hosts, from, to),
      wrong_name: leaf(authority, ["somebody.else.invalid"], from, to),
      expired: leaf(authority, hosts, from - 30 * DAY_MS, from),
      unknown_ca: leaf(stranger, hosts, from, to),
    },
  };
}

function makeAuthority(name: string, nowMs: number): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certificate({
    issuer: name,
    subject: name,
    fromMs: nowMs - 60 * DAY_MS,
    toMs: nowMs + 7 * DAY_MS,
    publicKey,
    signer: privateKey,
    extensions: [
      extension(basicConstraints, true, sequence(derTrue)),
      // keyCertSign and cRLSign; one unused bit.
      extension(keyUsage, true, der(0x03, Uint8Array.of(1, 0x06))),
    ],
  });
  return { name, key: privateKey, cert };
}

function makeLeaf(
  issuer: Authority,
  hosts: readonly string[],
  fromMs: number,
  toMs: number,
): ServedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certificate({
    issuer: issuer.name,
    subject: hosts[0] ?? "provider",
    fromMs,
    toMs,
    publicKey,
    signer: issuer.key,
    extensions: [
      extension(basicConstraints, true, sequence()),
      // digitalSignature; seven unused bits.
      extension(keyUsage, true, der(0x03, Uint8Array.of(7, 0x80))),
      extension(extendedKeyUsage, false, sequence(serverAuth)),
      extension(subjectAltName, false, sequence(...hosts.map(altName))),
    ],
  });
  return { cert, key: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
}

interface CertificateFields {
  readonly issuer: string;
  readonly subject: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

/** PEM. */
function certificate(fields: CertificateFields): string {
  const serial = new Uint8Array(randomBytes(16));
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(fields.issuer),
    sequence(utcTime(fields.fromMs), utcTime(fields.toMs)),
    distinguishedName(fields.subject),
    new Uint8Array(fields.publicKey.export({ type: "spki", format: "der" })),
    der(0xa3, sequence(...fields.extensions)),
  );
  const signature = new Uint8Array(sign("sha256", body, fields.signer));
  const whole = Buffer.from(sequence(body, ecdsaWithSha256, bitString(signature))).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${
    whole.replace(/.{64}/g, "$&\n").trim()
  }\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(name: string): Uint8Array {
  return sequence(der(0x31, sequence(commonName, utf8(name))));
}

function extension(id: Uint8Array, isCritical: boolean, value: Uint8Array): Uint8Array {
  return isCritical ? sequence(id, derTrue, octetString(value)) : sequence(id, octetString(value));
}

/** A dNSName or an iPAddress. */
function altName(host: string): Uint8Array {
  return /^\d+(?:\.\d+){3}$/.test(host)
    ? der(0x87, Uint8Array.from(host.split(".").map(Number)))
    : der(0x82, new TextEncoder().encode(host));
}
