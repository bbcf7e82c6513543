// The world behind JSON lines: each command with its arguments, and the report in pieces, since a long run's blocks are
// too many for one line. world_process.ts has the other end.

import type { PlannedFault } from "../model/fault.ts";
import type { ProviderRecord } from "../model/record.ts";
import type { Commands, Replies } from "../run/part_entry.ts";
import type { BlockFacts, ChainTruth } from "../simulator/chain_truth.ts";
import { Ledger, type LedgerBlock } from "../simulator/ledger.ts";
import { startWorld, type World } from "./world.ts";
import type { WorldDeps, WorldOptions, WorldReport } from "./world_options.ts";

/** Blocks in one line. */
const BLOCKS_A_PIECE = 32;

export type ReportPiece =
  | { readonly kind: "chain"; readonly chain: string; readonly truth: Omit<ChainTruth, "blocks"> }
  | {
    readonly kind: "blocks";
    readonly chain: string;
    readonly blocks: readonly BlockFacts[];
  }
  /** In the ledger's order, each with the provider that alone has it. */
  | {
    readonly kind: "ledger";
    readonly chain: string;
    readonly blocks: readonly { readonly block: LedgerBlock; readonly owner: string | null }[];
  }
  | { readonly kind: "tip"; readonly chain: string; readonly hash: string };

export interface ReportEnd {
  readonly providers: readonly ProviderRecord[];
  readonly notes: readonly string[];
}

export interface WorldCommands extends AsyncDisposable {
  readonly commands: Commands;
}

/** start, zero, begin, end, report, stop. Dispose it to stop the world. */
export function worldCommands(deps: WorldDeps): WorldCommands {
  let starting: Promise<World> | null = null;
  const world = (): Promise<World> => {
    if (starting === null) throw new Error("the world was not started");
    return starting;
  };
  const stop = async (): Promise<void> => {
    // One that could not be started has told so to whoever asked.
    const running = await starting?.catch(() => null);
    starting = null;
    await running?.[Symbol.asyncDispose]();
  };
  return {
    commands: {
      start: async (args) => {
        if (starting !== null) throw new Error("the world was started before");
        starting = startWorld(args as WorldOptions, deps);
        return (await starting).addresses;
      },
      zero: async (args) => (await world()).setZero(args as number),
      begin: async (args) => {
        const { handle, fault } = args as { readonly handle: number; readonly fault: PlannedFault };
        return await (await world()).beginFault(handle, fault);
      },
      end: async (args) => await (await world()).endFault(args as number),
      report: async (_args, replies) => sendReport((await world()).report(), replies),
      stop,
    },
    [Symbol.asyncDispose]: stop,
  };
}

function sendReport({ providers, ledgers, truths, notes }: WorldReport, replies: Replies): ReportEnd {
  const say = (piece: ReportPiece): void => replies.piece(piece);
  for (const [chain, { blocks, ...truth }] of truths) {
    const ledger = ledgers.get(chain)!;
    say({ kind: "chain", chain, truth });
    for (let from = 0; from < blocks.length; from += BLOCKS_A_PIECE) {
      say({ kind: "blocks", chain, blocks: blocks.slice(from, from + BLOCKS_A_PIECE) });
    }
    const known = [...ledger.blocks()].map((block) => ({ block, owner: ledger.ownerOf(block.hash) }));
    for (let from = 0; from < known.length; from += BLOCKS_A_PIECE) {
      say({ kind: "ledger", chain, blocks: known.slice(from, from + BLOCKS_A_PIECE) });
    }
    if (ledger.tip !== null) say({ kind: "tip", chain, hash: ledger.tip.hash });
  }
  return { providers, notes };
}

/** Puts the pieces together again. */
export class ReportReader {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #truths = new Map<string, ChainTruth & { readonly blocks: BlockFacts[] }>();

  take(piece: ReportPiece): void {
    const { chain } = piece;
    if (piece.kind === "chain") {
      this.#truths.set(chain, { ...piece.truth, blocks: [] });
      this.#ledgers.set(chain, new Ledger());
      return;
    }
    const ledger = this.#ledgers.get(chain)!;
    if (piece.kind === "tip") return ledger.setCanonical(piece.hash);
    if (piece.kind === "blocks") this.#truths.get(chain)!.blocks.push(...piece.blocks);
    else for (const { block, owner } of piece.blocks) ledger.add(block, owner);
  }

  finish({ providers, notes }: ReportEnd): WorldReport {
    return { providers, notes, ledgers: this.#ledgers, truths: this.#truths };
  }
}
