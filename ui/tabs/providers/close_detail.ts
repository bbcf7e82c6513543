// Leaves the provider that was opened.

import { go } from "../../models/view.ts";

export function closeDetail(): void {
  go({ params: { provider: "", on: "", event: "" } });
}
