// The one place where secrets are masked. Used by logs, errors, the API and the dashboard alike: of a URL the
// scheme and host stay, its path, query and user go; of any other text, URLs inside it are treated so.

/** `https://user:pw@host/v2/KEY?x=1` becomes `https://host/***`. Not a URL: `***`. */
export function maskUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "***";
  }
  const bare = (parsed.pathname === "/" || parsed.pathname === "") && parsed.search === "";
  return `${parsed.protocol}//${parsed.host}${bare ? "" : "/***"}`;
}

const urlInText = /\b(?:https?|wss?):\/\/[^\s"'<>\\]+/gi;

/** Masks every URL inside `text`, and every occurrence of the given secrets. */
export function maskText(text: string, secrets: Iterable<string> = []): string {
  let masked = text.replace(urlInText, (url) => maskUrl(url));
  // The longest first: one that is a part of another must not leave the rest of it behind.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret.length >= 6) masked = masked.replaceAll(secret, "***");
  }
  return masked;
}
