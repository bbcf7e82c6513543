// `lasso schema`: prints the config's JSON Schema, for completion and checks in editors.

import { parseArgs } from "node:util";
import { configJsonSchema } from "../config/json_schema.ts";
import { messageOf } from "../core/errors.ts";
import type { CliIo } from "./io.ts";

export const schemaHelp = `lasso schema

Prints the JSON Schema of lasso.yaml. Save it, and name it in the file's first line:

  lasso schema > lasso.schema.json
  # yaml-language-server: $schema=./lasso.schema.json

  --help         this text
`;

export function schema(args: readonly string[], io: CliIo): Promise<number> {
  let help: boolean | undefined;
  try {
    help = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } }).values.help;
  } catch (error) {
    io.err(`${messageOf(error)}\n\n${schemaHelp}`);
    return Promise.resolve(2);
  }
  io.out(help ? schemaHelp : `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return Promise.resolve(0);
}
