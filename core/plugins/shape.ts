// What a plugin's default export and a created strategy must look like, checked on values from outside. Used by the
// loader and the guard; it never calls into the plugin beyond reading its members.

import { messageOf } from "../errors.ts";
import { maskText } from "../redact.ts";
import { pluginIdPattern } from "./registry.ts";

export interface ShapeFault {
  readonly message: string;
  readonly hint: string;
}

/** All that is wrong with a default export; empty when it is a plugin. */
export function pluginFaults(exported: unknown): readonly ShapeFault[] {
  if (typeof exported !== "object" || exported === null) {
    return [{
      message: `default export is ${show(exported)}, not a plugin`,
      hint: "export an object { kind, id, summary, parse, create }, or a list of them",
    }];
  }
  try {
    return memberFaults(exported as Readonly<Record<string, unknown>>);
  } catch (thrown) {
    return [{
      message: `default export can't be read: ${thrownText(thrown)}`,
      hint: "export a plain object without getters that throw",
    }];
  }
}

function memberFaults(plugin: Readonly<Record<string, unknown>>): readonly ShapeFault[] {
  const faults: ShapeFault[] = [];
  const { kind, id, summary, protocol } = plugin;
  const named = typeof id === "string" && id !== "" ? `plugin "${id}"` : "plugin";
  if (kind !== "strategy" && kind !== "transport") {
    faults.push({
      message: `${named}: kind is ${show(kind)}`,
      hint: 'set kind to "strategy" or "transport"',
    });
  }
  if (typeof id !== "string" || !pluginIdPattern.test(id)) {
    faults.push({
      message: `${named}: id is ${show(id)}`,
      hint: "start with a small letter, go on with small letters, digits and _, for instance `sticky`",
    });
  }
  if (typeof summary !== "string" || summary.trim() === "") {
    faults.push({
      message: `${named}: summary is ${show(summary)}`,
      hint: "say in one sentence what it does",
    });
  }
  for (const name of ["parse", "create"]) {
    if (typeof plugin[name] !== "function") {
      faults.push({ message: `${named}: ${name} is ${show(plugin[name])}`, hint: `make ${name} a function` });
    }
  }
  if (kind === "transport" && protocol !== "http" && protocol !== "ws") {
    faults.push({
      message: `${named}: protocol is ${show(protocol)}`,
      hint: 'set protocol to "http" or "ws"',
    });
  }
  return faults;
}

/** What is wrong with the object that a strategy's `create` gave; null when nothing is. */
export function strategyFault(created: unknown): string | null {
  if (typeof created !== "object" || created === null) return `create gave ${show(created)}, not a strategy`;
  const { cadence, rank, explain } = created as Readonly<Record<string, unknown>>;
  if (typeof rank !== "function") return `rank is ${show(rank)}, not a function`;
  if (cadence !== "cached" && cadence !== "per_call") {
    return `cadence is ${show(cadence)}, neither "cached" nor "per_call"`;
  }
  if (explain !== undefined && typeof explain !== "function") {
    return `explain is ${show(explain)}, not a function`;
  }
  return null;
}

/** The text of what a plugin threw, masked; it may be a value that can't even be made a string. */
export function thrownText(thrown: unknown): string {
  try {
    return maskText(messageOf(thrown));
  } catch {
    return "a value without a text";
  }
}

function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
