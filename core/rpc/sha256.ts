// SHA-256 (FIPS 180-4) of short wire text, written as hex. For a hundred bytes it costs as much as the native hash,
// but leaves nothing for the collector: the native one makes an object with a finaliser for each call.
// Held against node:crypto by its test.

import { Buffer } from "node:buffer";
import { toWire } from "./wire.ts";

/** Longest text that is hashed here, in chars. */
export const shortText = 512;

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const roundConstants = new Int32Array(64);
/** The same of the square roots of the first 8. */
const startState = new Int32Array(8);

for (let candidate = 2, found = 0; found < 64; candidate++) {
  let isPrime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
    if (candidate % divisor === 0) isPrime = false;
  }
  if (!isPrime) continue;
  const fraction = (root: number): number => ((root - Math.floor(root)) * 0x1_0000_0000) | 0;
  if (found < 8) startState[found] = fraction(Math.sqrt(candidate));
  roundConstants[found++] = fraction(Math.cbrt(candidate));
}

const hexDigits = new TextEncoder().encode("0123456789abcdef");
const hex = Buffer.alloc(64);

/** The padded message, as big-endian words; one buffer for all calls. */
const words = new Int32Array(Math.ceil((shortText + 9) / 64) * 16);
const schedule = new Int32Array(64);
const state = new Int32Array(8);

/** 64 hex digits. `text` must have no more than `shortText` chars, each below 256. */
export function sha256Hex(text: string): string {
  const length = text.length;
  const blocks = (length + 9 + 63) >> 6;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    words[i >> 2] = (text.charCodeAt(i) << 24) | (text.charCodeAt(i + 1) << 16) |
      (text.charCodeAt(i + 2) << 8) | text.charCodeAt(i + 3);
  }
  words.fill(0, whole >> 2, blocks * 16);
  for (let i = whole; i < length; i++) words[whole >> 2]! |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[length >> 2]! |= 0x80 << (24 - (length & 3) * 8);
  words[blocks * 16 - 1] = length * 8;
  state.set(startState);
  for (let block = 0; block < blocks; block++) compress(block * 16);
  for (let i = 0, at = 0; i < 8; i++) {
    const word = state[i]!;
    for (let shift = 28; shift >= 0; shift -= 4) hex[at++] = hexDigits[(word >>> shift) & 15]!;
  }
  return toWire(hex);
}

function compress(from: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t++) w[t] = words[from + t]!;
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  const k = roundConstants;
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  // Eight rounds a turn: the roles of the variables rotate, so that no value is moved.
  for (let t = 0; t < 64; t += 8) {
    h = (h + bigSigma1(e) + (g ^ (e & (f ^ g))) + k[t]! + w[t]!) | 0;
    d = (d + h) | 0;
    h = (h + bigSigma0(a) + ((a & b) | (c & (a | b)))) | 0;
    g = (g + bigSigma1(d) + (f ^ (d & (e ^ f))) + k[t + 1]! + w[t + 1]!) | 0;
    c = (c + g) | 0;
    g = (g + bigSigma0(h) + ((h & a) | (b & (h | a)))) | 0;
    f = (f + bigSigma1(c) + (e ^ (c & (d ^ e))) + k[t + 2]! + w[t + 2]!) | 0;
    b = (b + f) | 0;
    f = (f + bigSigma0(g) + ((g & h) | (a & (g | h)))) | 0;
    e = (e + bigSigma1(b) + (d ^ (b & (c ^ d))) + k[t + 3]! + w[t + 3]!) | 0;
    a = (a + e) | 0;
    e = (e + bigSigma0(f) + ((f & g) | (h & (f | g)))) | 0;
    d = (d + bigSigma1(a) + (c ^ (a & (b ^ c))) + k[t + 4]! + w[t + 4]!) | 0;
    h = (h + d) | 0;
    d = (d + bigSigma0(e) + ((e & f) | (g & (e | f)))) | 0;
    c = (c + bigSigma1(h) + (b ^ (h & (a ^ b))) + k[t + 5]! + w[t + 5]!) | 0;
    g = (g + c) | 0;
    c = (c + bigSigma0(d) + ((d & e) | (f & (d | e)))) | 0;
    b = (b + bigSigma1(g) + (a ^ (g & (h ^ a))) + k[t + 6]! + w[t + 6]!) | 0;
    f = (f + b) | 0;
    b = (b + bigSigma0(c) + ((c & d) | (e & (c | d)))) | 0;
    a = (a + bigSigma1(f) + (h ^ (f & (g ^ h))) + k[t + 7]! + w[t + 7]!) | 0;
    e = (e + a) | 0;
    a = (a + bigSigma0(b) + ((b & c) | (d & (b | c)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function bigSigma0(x: number): number {
  return ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
}

function bigSigma1(x: number): number {
  return ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));
}
