// An event in words. One that is not known here is shown by its name and fields, so that nothing is hidden.

import type { StateEvent } from "../../core/server/feed_model.ts";
import { span } from "../format/number.ts";

export function eventText(event: StateEvent): string {
  const place = [event["provider"], event["transport"]].filter((part) => typeof part === "string").join(" ");
  const where = event.chain === undefined ? "" : ` (${event.chain})`;
  const say = (words: string): string => `${place === "" ? "" : `${place} `}${words}${where}`;
  switch (event.event) {
    case "provider.state":
      return say(`is ${event["state"]}${because(event["reason"])}`);
    case "provider.set_aside": {
      const forMs = event["for_ms"];
      return say(
        `is set aside${typeof forMs === "number" ? ` for ${span(forMs)}` : ""}${because(event["category"])}`,
      );
    }
    case "config.reload":
      return event["result"] === "ok"
        ? `Config: ${event["message"]}`
        : `The config was not taken: ${event["message"]}`;
    case "alert.firing":
    case "alert.resolved":
      return typeof event["text"] === "string" ? event["text"] : say(event.event);
    case "stream.gap":
      return say(
        `gap in a stream: blocks ${event["from_block"]} to ${event["to_block"]} could not be made up for`,
      );
    case "stream.reorg":
      return say(`reorg of ${event["depth"]} ${event["depth"] === 1 ? "block" : "blocks"}`);
  }
  if (event.topic === "breaker") {
    return say(`breaker ${String(event["state"]).replace("_", " ")}${because(event["why"])}`);
  }
  return say(`${event.event}${fieldsText(event)}`);
}

function because(reason: unknown): string {
  return typeof reason === "string" && reason !== "" ? `: ${reason}` : "";
}

const known: ReadonlySet<string> = new Set(["topic", "at", "chain", "event", "provider", "transport", "row"]);

function fieldsText(event: StateEvent): string {
  const parts = Object.entries(event)
    .filter(([name, value]) => !known.has(name) && value !== null && typeof value !== "object")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  return parts.length === 0 ? "" : ` – ${parts.join(", ")}`;
}
