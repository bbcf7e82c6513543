// The transactions that make up a simulated block: transfers of ether and tokens, swaps, and one big call that fills
// the block to a share that rises when gas is cheap and falls when it is dear, so that the base fee wanders but
// stays. All from the randomness that it is given: the same parent makes the same block.

import { below, type Random } from "../../core/random.ts";
import { callData, selectors } from "./contract_calls.ts";
import { gasNeeded } from "./execute.ts";
import { signTransaction, type SimTransaction, type UnsignedTransaction } from "./transaction.ts";
import { rollupContract, type SimAccount, simTokens, swapContract, tokenAt } from "./world.ts";
import { nonceOf, type WorldState } from "./world_state.ts";

const GWEI = 10n ** 9n;
const CHEAP_BASE_FEE = 10n * GWEI;
const LEAST_TRANSACTIONS = 2;
const SPREAD_OF_TRANSACTIONS = 4;
const LEGACY_SHARE = 0.25;

export interface TrafficInput {
  readonly chainId: number;
  readonly accounts: readonly SimAccount[];
  readonly state: WorldState;
  readonly baseFeePerGas: bigint;
  readonly gasLimit: number;
  /** Gas that other transactions of the block may take already. */
  readonly gasTaken: number;
  readonly random: Random;
}

export function makeTraffic(input: TrafficInput): readonly SimTransaction[] {
  const { random, accounts, state, baseFeePerGas, gasLimit } = input;
  const nonces = new Map<string, number>();
  const transactions: SimTransaction[] = [];
  let gas = input.gasTaken;
  const push = (call: Call, gasLimitOfCall: number): void => {
    const account = accounts[below(random, accounts.length)]!;
    const nonce = nonces.get(account.address) ?? nonceOf(state, account.address);
    nonces.set(account.address, nonce + 1);
    const unsigned = withFees(call, { ...input, nonce, gasLimitOfCall });
    transactions.push(signTransaction(unsigned, account, below(random, 1 << 20)));
    gas += gasLimitOfCall;
  };
  const count = LEAST_TRANSACTIONS + below(random, SPREAD_OF_TRANSACTIONS);
  for (let index = 0; index < count; index++) {
    const call = makeCall(random, accounts);
    const wanted = gasNeeded(call);
    if (gas + wanted > gasLimit) break;
    // A small part runs out of gas, so that failed receipts are seen too.
    push(call, tokenAt(call.to) !== undefined && random.next() < 0.03 ? wanted - 5_000 : wanted);
  }
  const share = (baseFeePerGas < CHEAP_BASE_FEE ? 0.45 : 0.15) + 0.4 * random.next();
  const room = Math.min(Math.floor((gasLimit * share - gas) / 0.75), gasLimit - gas);
  if (room > 100_000) {
    const data = callData("0x0badc0de", BigInt(below(random, 1 << 30)), BigInt(below(random, 1 << 30)));
    push({ to: rollupContract, value: 0n, data }, room);
  }
  return transactions;
}

interface Call {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
}

function makeCall(random: Random, accounts: readonly SimAccount[]): Call {
  const other = accounts[below(random, accounts.length)]!.address;
  const kind = random.next();
  if (kind < 0.3) return { to: other, value: BigInt(1 + below(random, 1_000)) * 10n ** 12n, data: "0x" };
  const [dollar, ether] = simTokens;
  if (kind < 0.75) {
    const token = random.next() < 0.7 ? dollar : ether;
    const amount = BigInt(1 + below(random, 100)) * 10n ** BigInt(token.decimals - 3);
    return { to: token.address, value: 0n, data: callData(selectors.transfer, other, amount) };
  }
  const input = BigInt(1 + below(random, 1_000)) * 10n ** 3n;
  const output = BigInt(1 + below(random, 1_000)) * 10n ** 11n;
  return { to: swapContract, value: 0n, data: callData(selectors.swap, input, output) };
}

function withFees(
  call: Call,
  input: TrafficInput & { readonly nonce: number; readonly gasLimitOfCall: number },
): UnsignedTransaction {
  const tip = BigInt(1 + below(input.random, 30)) * (GWEI / 10n);
  const isLegacy = input.random.next() < LEGACY_SHARE;
  const price = input.baseFeePerGas + tip;
  return {
    ...call,
    type: isLegacy ? 0 : 2,
    chainId: input.chainId,
    nonce: input.nonce,
    gasLimit: input.gasLimitOfCall,
    maxFeePerGas: isLegacy ? price : 2n * input.baseFeePerGas + tip,
    maxPriorityFeePerGas: isLegacy ? price : tip,
    accessList: [],
  };
}
