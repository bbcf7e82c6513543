// What a lying provider makes of true results: well formed and false. The same question to the same provider gets the
// same lie, and two liars don't agree. Pure; applied to the JSON text of a result, after the node made it.

import { hashText, quantity } from "./hex.ts";

/** The methods whose results are falsified; all other answers are true. */
export const liedMethods = [
  "eth_getBalance",
  "eth_call",
  "eth_getStorageAt",
  "eth_getLogs",
  "eth_getTransactionReceipt",
  "eth_getBlockReceipts",
] as const;

type LiedMethod = typeof liedMethods[number];

/** JSON text of the false result; the text itself where there is nothing to falsify (`null`, `[]`, `"0x"`). */
export function lieAbout(result: string, method: string, params: unknown, liar: string): string {
  const lie = lies[method as LiedMethod] as ((value: never, mark: bigint) => unknown) | undefined;
  if (lie === undefined || result === "null") return result;
  const digest = hashText(`lie ${liar} ${method} ${JSON.stringify(params)}`);
  // Never zero, so that what it is added to always changes.
  const mark = BigInt(digest.slice(0, 10)) + 1n;
  return JSON.stringify(lie(JSON.parse(result) as never, mark));
}

interface JsonLog {
  readonly data: string;
}

interface JsonReceipt {
  readonly status: string;
}

const lies = {
  eth_getBalance: (balance: string, mark: bigint): string => quantity(BigInt(balance) + mark),
  eth_call: falseData,
  eth_getStorageAt: falseData,
  /** One is missing, and the first one says something else. */
  eth_getLogs: (logs: readonly JsonLog[], mark: bigint): readonly JsonLog[] => {
    const shown = logs.length > 1 ? logs.slice(0, -1) : logs;
    return shown.map((log, index) => index === 0 ? { ...log, data: falseData(log.data, mark) } : log);
  },
  eth_getTransactionReceipt: falseReceipt,
  eth_getBlockReceipts: (receipts: readonly JsonReceipt[]): readonly JsonReceipt[] =>
    receipts.map(falseReceipt),
} satisfies Readonly<Record<LiedMethod, (value: never, mark: bigint) => unknown>>;

/** Of the same length, its last word another one. */
function falseData(data: string, mark: bigint): string {
  const digits = Math.min(64, data.length - 2);
  if (digits <= 0) return data;
  const modulus = 1n << BigInt(4 * digits);
  const last = (BigInt(`0x${data.slice(-digits)}`) + mark) % modulus;
  return data.slice(0, -digits) + last.toString(16).padStart(digits, "0");
}

function falseReceipt(receipt: JsonReceipt): JsonReceipt {
  return { ...receipt, status: receipt.status === "0x1" ? "0x0" : "0x1" };
}
