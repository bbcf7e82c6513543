// An event in words. One that is not known here is shown by its name and fields, so that nothing is hidden.

import type { StateEvent } from "../../core/server/feed_model.ts";
import { faultWords } from "./demo.ts";
import { millis, span } from "../format/number.ts";

/** `isPlain`: of one provider alone, so that neither it nor its chain need be named. */
export function eventText(event: StateEvent, isPlain = false): string {
  const place = [isPlain ? null : event["provider"], event["transport"]]
    .filter((part) => typeof part === "string").join(" ");
  const where = event.chain === undefined || isPlain ? "" : ` (${event.chain})`;
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
    case "provider.lagging":
      return say(event["lagging"] === true ? `is behind by ${event["lag_blocks"]} blocks` : "has caught up");
    case "provider.drained":
      return say(
        event["drained"] === true ? "was drained by an operator" : "was taken in again by an operator",
      );
    case "provider.disconnected":
      return say(event["disconnected"] === true ? "was disconnected by an operator" : "may connect again");
    case "provider.probed":
      return say(`was asked by an operator: ${event["ok"] === true ? "it answers" : "it does not answer"}`);
    case "provider.test_call":
      return say(
        `test call of ${event["method"]}: ${event["ok"] === true ? "answered" : "failed"}${took(event)}`,
      );
    case "ws.connected":
      return say("has a WebSocket");
    case "ws.disconnected":
      return say("lost a WebSocket");
    case "chain.awake":
      return `${event.chain ?? "A chain"} is awake`;
    case "chain.asleep":
      return `${event.chain ?? "A chain"} sleeps: nobody has called for ten minutes`;
    case "traffic.begin":
    case "traffic.end":
      return `Demo traffic ${event.event === "traffic.begin" ? "begins" : "ends"}${fieldsText(event)}`;
    case "fault.begin":
    case "fault.end": {
      const { kind, until } = event;
      const words = faultWords({ kind: String(kind), figures: event });
      if (event.event === "fault.end") return say(`fault ends: ${words}`);
      return say(`fault: ${words}${typeof until === "number" ? ` for ${span(until - event.at)}` : ""}`);
    }
    case "mark":
      return `Mark: ${event["label"]}`;
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
    case "stream.failover": {
      const { type, from, to, why, after_ms } = event;
      const moved = typeof to === "string" ? `moved from ${from} to ${to}` : `lost ${from}; nobody feeds it`;
      const after = typeof after_ms === "number" ? ` after ${millis(after_ms)}` : "";
      return `The stream ${type} ${moved}${after}${because(why)}${where}`;
    }
    case "stream.backfill":
      return `The stream ${event["type"]} made up for ${event["blocks"]} blocks${where}`;
    case "stream.reorg":
      return say(`reorg of ${event["depth"]} ${event["depth"] === 1 ? "block" : "blocks"}`);
  }
  if (event.event === "breaker.override") {
    const { forced } = event;
    return say(
      typeof forced === "string" ? `breaker is held ${forced} by an operator` : "breaker is no longer held",
    );
  }
  if (event.topic === "breaker") {
    return say(`breaker ${String(event["state"]).replace("_", " ")}${because(event["why"])}`);
  }
  return say(`${event.event}${fieldsText(event)}`);
}

function took(event: StateEvent): string {
  return typeof event["ms"] === "number" ? ` in ${millis(event["ms"])}` : "";
}

function because(reason: unknown): string {
  return typeof reason === "string" && reason !== ""
    ? `: ${reason.replace(/\.+$/, "").replaceAll("rate_limited", "rate limited")}`
    : "";
}

const known: ReadonlySet<string> = new Set(["topic", "at", "chain", "event", "provider", "transport", "row"]);

function fieldsText(event: StateEvent): string {
  const parts = Object.entries(event)
    .filter(([name, value]) => !known.has(name) && value !== null && typeof value !== "object")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  return parts.length === 0 ? "" : ` – ${parts.join(", ")}`;
}
