// SHA-256 (FIPS 180-4) of short wire text, written as hex. For a hundred bytes it costs as much as the native hash,
// but leaves nothing for the collector: the native one makes an object with a finaliser for each call.
// Held against node:crypto by its test.

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

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The padded message, as big-endian words; one buffer for all calls. */
const words = new Int32Array(Math.ceil((shortText + 9) / 64) * 16);
const schedule = new Int32Array(64);
const state = new Int32Array(8);

/** 64 hex digits. `text` must have no more than `shortText` chars, each below 256. */
export function sha256Hex(text: string): string {
  const length = text.length;
  const blocks = (length + 9 + 63) >> 6;
  words.fill(0, 0, blocks * 16);
  for (let i = 0; i < length; i++) words[i >> 2]! |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[length >> 2]! |= 0x80 << (24 - (length & 3) * 8);
  words[blocks * 16 - 1] = length * 8;
  state.set(startState);
  for (let block = 0; block < blocks; block++) compress(block * 16);
  let hex = "";
  for (let i = 0; i < 8; i++) {
    const word = state[i]!;
    hex += hexOfByte[word >>> 24]! + hexOfByte[(word >>> 16) & 255]! + hexOfByte[(word >>> 8) & 255]! +
      hexOfByte[word & 255]!;
  }
  return hex;
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
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + (g ^ (e & (f ^ g))) + roundConstants[t]! + w[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
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
