// The README's pictures of the dashboard, made anew: `deno task screenshots [SECONDS]`. A router with the demo's world
// runs for a while, a provider is killed and comes back, so that there is something to see. Fails when a picture is
// larger than a README should load.

import { PageStand } from "../tests/support/page_stand.ts";
import { until } from "../tests/support/until.ts";

const folder = new URL("./images/", import.meta.url).pathname;
const maxBytes = 300 * 1024;
const swift = { chain: "ethereum", provider: "swift" } as const;

interface Picture {
  /** File below docs/images. */
  readonly name: string;
  path(stand: PageStand): Promise<string>;
  readonly colours: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Shown while swift is killed. */
  readonly killed?: boolean;
}

const pictures: readonly Picture[] = [
  { name: "live-test", path: () => Promise.resolve("/live-test"), colours: "dark", killed: true },
  { name: "overview", path: () => Promise.resolve("/"), colours: "light", killed: true },
  { name: "request", path: failedOver, colours: "light" },
  { name: "providers", path: () => Promise.resolve("/providers?chain=ethereum"), colours: "light" },
  { name: "strategies", path: () => Promise.resolve("/strategies?chain=ethereum"), colours: "dark" },
  {
    name: "overview-narrow",
    path: () => Promise.resolve("/?chain=ethereum"),
    colours: "dark",
    width: 390,
    height: 844,
  },
];

/** A call that needed a second provider. */
async function failedOver(stand: PageStand): Promise<string> {
  const calls = await stand.api<readonly { readonly id: string; readonly retries: number }[]>(
    "/api/requests?limit=500",
  );
  const moved = calls.find(({ retries }) => retries > 0) ?? calls[0];
  return `/requests?id=${moved?.id ?? ""}`;
}

async function take(stand: PageStand, picture: Picture): Promise<void> {
  const { name, colours, width = 1440, height = 900 } = picture;
  await using watched = await stand.look(await picture.path(stand), { width, height, colours });
  const { page, complaints } = watched;
  await until("all is there", async () => !(await page.locator("main").innerText()).includes("Loading …"));
  // Spark lines and live lists begin when the page does.
  await page.waitForTimeout(12_000);
  const bytes = await page.screenshot({ path: `${folder}${name}.png` });
  console.log(`${name}.png ${Math.round(bytes.length / 1024)} KB`);
  if (bytes.length > maxBytes) {
    throw new Error(`${name}.png has ${bytes.length} bytes, more than ${maxBytes}.`);
  }
  if (complaints.length > 0) throw new Error(`${name}: ${complaints.join("; ")}`);
}

if (import.meta.main) {
  const seconds = Number(Deno.args[0] ?? "90");
  await Deno.mkdir(folder, { recursive: true });
  await using stand = await PageStand.open();
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await stand.api("/api/admin/traffic", { rate: 40 });
  await wait(seconds * 500);
  await stand.api("/api/admin/faults", { kind: "error_rate", ...swift, share: 0.5, for: "10s" });
  await wait(seconds * 500);
  await stand.api("/api/admin/marks", { label: "deploy 42" });
  const { fault } = await stand.api<{ fault: { id: string } }>("/api/admin/faults", {
    kind: "kill",
    ...swift,
  });
  for (const picture of pictures) if (picture.killed) await take(stand, picture);
  await stand.api(`/api/admin/faults?id=${fault.id}`, {}, "DELETE");
  for (const picture of pictures) if (!picture.killed) await take(stand, picture);
}
