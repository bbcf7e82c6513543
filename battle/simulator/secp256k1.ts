// Just enough of the curve for a simulated chain: public keys, signatures that verify, and the sender of a
// signature. Signing takes its nonce from a short public table, which makes it cost one multiplication and gives
// every key away: never for a key that guards anything. Curve and formulas: SEC 2 §2.4.1; SEC 1 §4.1.6 (recovery).

import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, toHex, word } from "./hex.ts";

const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G: Point = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. */
type Jacobian = readonly [bigint, bigint, bigint];

export interface Signature {
  readonly r: bigint;
  /** In the lower half, as EIP-2 demands. */
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

/** The address (lower case) of a private key. */
export function addressOf(privateKey: bigint): string {
  return addressOfPoint(toAffine(multiply(G, privateKey)));
}

/** Signs a 32-byte hash with the public nonce number `pick` (any whole number). */
export function signWithPublicNonce(hash: Uint8Array, privateKey: bigint, pick: number): Signature {
  const nonces = publicNonces();
  const { r, inverse, yParity } = nonces[pick % nonces.length]!;
  const s = mod(inverse * (BigInt(toHex(hash)) + r * privateKey), N);
  return s > N / 2n ? { r, s: N - s, yParity: yParity === 0 ? 1 : 0 } : { r, s, yParity };
}

/** The address that signed `hash`; null where the signature is of nobody. */
export function recoverAddress(hash: Uint8Array, { r, s, yParity }: Signature): string | null {
  if (r <= 0n || r >= N || s <= 0n || s > N / 2n) return null;
  const square = mod(r * r * r + 7n, P);
  const root = power(square, (P + 1n) / 4n, P);
  if (mod(root * root, P) !== square) return null;
  const y = (root & 1n) === BigInt(yParity) ? root : P - root;
  const rInverse = invert(r, N);
  const a = multiply({ x: r, y }, mod(s * rInverse, N));
  const b = multiply(G, mod(-BigInt(toHex(hash)) * rInverse, N));
  const sum = add(a, b);
  return sum[2] === 0n ? null : addressOfPoint(toAffine(sum));
}

interface PublicNonce {
  readonly r: bigint;
  readonly inverse: bigint;
  readonly yParity: 0 | 1;
}

let nonceTable: readonly PublicNonce[] | undefined;

function publicNonces(): readonly PublicNonce[] {
  nonceTable ??= Array.from({ length: 16 }, (_, index) => {
    const k = BigInt(index) + 0x51e_d0_51e_d0n;
    const { x, y } = toAffine(multiply(G, k));
    return { r: mod(x, N), inverse: invert(k, N), yParity: (y & 1n) === 0n ? 0 : 1 };
  });
  return nonceTable;
}

function addressOfPoint({ x, y }: Point): string {
  return `0x${toHex(keccak_256(fromHex(`0x${word(x)}${word(y)}`))).slice(26)}`;
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Extended Euclid. */
function invert(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [mod(value, modulus), modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return mod(x, modulus);
}

function toAffine([x, y, z]: Jacobian): Point {
  const inverse = invert(z, P);
  const square = (inverse * inverse) % P;
  return { x: (x * square) % P, y: (((y * square) % P) * inverse) % P };
}

function double([x, y, z]: Jacobian): Jacobian {
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const m = (3n * x * x) % P;
  const x3 = mod(m * m - 2n * s, P);
  return [x3, mod(m * (s - x3) - 8n * yy * yy, P), (2n * y * z) % P];
}

function add(a: Jacobian, b: Jacobian): Jacobian {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const [za, zb] = [(a[2] * a[2]) % P, (b[2] * b[2]) % P];
  const [ua, ub] = [(a[0] * zb) % P, (b[0] * za) % P];
  const [sa, sb] = [(((a[1] * zb) % P) * b[2]) % P, (((b[1] * za) % P) * a[2]) % P];
  if (ua === ub) return sa === sb ? double(a) : [1n, 1n, 0n];
  const h = mod(ub - ua, P);
  const r = mod(sb - sa, P);
  const hh = (h * h) % P;
  const hhh = (hh * h) % P;
  const v = (ua * hh) % P;
  const x = mod(r * r - hhh - 2n * v, P);
  return [x, mod(r * (v - x) - sa * hhh, P), (((a[2] * b[2]) % P) * h) % P];
}

function multiply(point: Point, factor: bigint): Jacobian {
  let result: Jacobian = [1n, 1n, 0n];
  let power: Jacobian = [point.x, point.y, 1n];
  for (let left = factor; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = add(result, power);
    power = double(power);
  }
  return result;
}
