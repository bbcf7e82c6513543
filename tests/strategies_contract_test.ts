import sticky from "../examples/strategies/sticky.ts";
import { builtinStrategies } from "../strategies/mod.ts";
import { strategyContract } from "./strategies_contract.ts";

for (const plugin of builtinStrategies) strategyContract(plugin);
strategyContract(sticky);
strategyContract({ ...sticky, id: "sticky_with_options" }, () => ({ max_lag_blocks: 5 }));
