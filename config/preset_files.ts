// The text of every file under presets/, by the chain's name. Text imports, so that a bundle and the compiled
// executable carry them. A test holds this list against the folder.

import ethereum from "./presets/ethereum.yaml" with { type: "text" };
import base from "./presets/base.yaml" with { type: "text" };
import polygon from "./presets/polygon.yaml" with { type: "text" };
import arbitrum from "./presets/arbitrum.yaml" with { type: "text" };
import optimism from "./presets/optimism.yaml" with { type: "text" };
import bsc from "./presets/bsc.yaml" with { type: "text" };
import avalanche from "./presets/avalanche.yaml" with { type: "text" };
import gnosis from "./presets/gnosis.yaml" with { type: "text" };
import linea from "./presets/linea.yaml" with { type: "text" };
import scroll from "./presets/scroll.yaml" with { type: "text" };
import zksync from "./presets/zksync.yaml" with { type: "text" };
import celo from "./presets/celo.yaml" with { type: "text" };
import blast from "./presets/blast.yaml" with { type: "text" };
import mantle from "./presets/mantle.yaml" with { type: "text" };
import sepolia from "./presets/sepolia.yaml" with { type: "text" };
import base_sepolia from "./presets/base-sepolia.yaml" with { type: "text" };
import arbitrum_sepolia from "./presets/arbitrum-sepolia.yaml" with { type: "text" };
import optimism_sepolia from "./presets/optimism-sepolia.yaml" with { type: "text" };
import unichain from "./presets/unichain.yaml" with { type: "text" };
import sonic from "./presets/sonic.yaml" with { type: "text" };

export const presetFiles: Readonly<Record<string, string>> = {
  ethereum,
  base,
  polygon,
  arbitrum,
  optimism,
  bsc,
  avalanche,
  gnosis,
  linea,
  scroll,
  zksync,
  celo,
  blast,
  mantle,
  sepolia,
  "base-sepolia": base_sepolia,
  "arbitrum-sepolia": arbitrum_sepolia,
  "optimism-sepolia": optimism_sepolia,
  unichain,
  sonic,
};
