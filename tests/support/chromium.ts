// Debian's Chromium, driven by playwright-core: for tests of the page, its screenshots and its benchmark. It makes no
// request of its own.

import { type Browser, chromium } from "playwright-core";

const path = "/usr/bin/chromium";

/** Close it when done. Throws what to install where there is none. */
export async function launchChromium(): Promise<Browser> {
  try {
    await Deno.stat(path);
  } catch {
    throw new Error(`This needs ${path}: install it (Debian: apt-get install chromium).`);
  }
  return await chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
