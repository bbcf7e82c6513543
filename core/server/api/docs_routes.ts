// `/openapi.json` and `/docs`: the description of all routes, for programs and for people. Made with the first request
// for it, from the routes themselves; the page needs no network and, for reading, no script.

import { z } from "zod";
import type { ApiDeps } from "./api_deps.ts";
import { docsPage } from "./docs_page.ts";
import { docsScript } from "./docs_script.ts";
import { docsStyle } from "./docs_style.ts";
import { type Json, openApi } from "./openapi.ts";
import { type Route, route } from "./route.ts";

const pageHeaders = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};
const shared = { method: "get", tag: "service", access: "open" } as const;

export function docsRoutes(others: readonly Route[], { state }: ApiDeps): readonly Route[] {
  let description: Json | null = null;
  let page: string | null = null;
  const describe = (): Json => description ??= openApi(all, { version: state.deps.version });
  const all: readonly Route[] = [
    ...others,
    route({
      ...shared,
      path: "/openapi.json",
      summary: "The description of all of this, OpenAPI 3.1",
      media: "application/json",
      data: z.looseObject({ openapi: z.string() }) as unknown as z.ZodType<Json>,
      handle: () => ({ data: describe() }),
    }),
    route({
      ...shared,
      path: "/docs",
      summary: "The same for people",
      media: "text/html; charset=utf-8",
      data: z.string(),
      handle: () => {
        const { port, tls } = state.router.settings.server;
        const origin = `${tls === null ? "http" : "https"}://localhost:${port}`;
        return { data: page ??= docsPage(all, describe(), origin), headers: pageHeaders };
      },
    }),
    route({
      ...shared,
      path: "/docs/style.css",
      summary: "Its style",
      media: "text/css; charset=utf-8",
      data: z.string(),
      handle: () => ({ data: docsStyle }),
    }),
    route({
      ...shared,
      path: "/docs/script.js",
      summary: "Its script",
      media: "text/javascript; charset=utf-8",
      data: z.string(),
      handle: () => ({ data: docsScript }),
    }),
  ];
  return all.slice(others.length);
}
