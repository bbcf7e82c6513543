// A scenario's name as the name of a file: kebab case, safe on every file system, the same every time.

/** Names that Windows keeps for devices, whatever follows after a dot. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;
const mostBytes = 120;

/** `One dies, one falls behind` becomes `one-dies-one-falls-behind`; never empty, no dots, no separators. */
export function reportName(scenario: string): string {
  const words = scenario
    .toWellFormed()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .normalize("NFC")
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, "-")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-");
  const name = trimDashes(firstBytes(trimDashes(words)));
  if (name === "") return "scenario";
  return devices.test(name) ? `${name}-scenario` : name;
}

/** The name, or with `-2`, `-3` … the first that is not taken; takes it. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}-${count}`;
  taken.add(free);
  return free;
}

function trimDashes(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}

function firstBytes(text: string): string {
  const encoder = new TextEncoder();
  let kept = "";
  let bytes = 0;
  for (const char of text) {
    bytes += encoder.encode(char).length;
    if (bytes > mostBytes) break;
    kept += char;
  }
  return kept;
}
