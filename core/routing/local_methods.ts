// What the pipeline asks of those who serve methods within Lasso: kept filters, over its own streams. An interface only;
// core/streams implements it.

import type { Outcome } from "./outcome.ts";

export interface LocalMethods {
  /** `params` as the client spelt them. `answered` is called once, perhaps before this returns. */
  serve(method: string, params: string | undefined, answered: (outcome: Outcome) => void): void;
}
