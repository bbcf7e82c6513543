// The page /docs: every route by section, with its parameters, the shape of its answer and a line to copy. Plain HTML;
// its script only filters, copies and puts this router's own address into the lines.

import { shapeText } from "./docs_shape.ts";
import { type Json, operationId } from "./openapi.ts";
import type { Route } from "./route.ts";

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' " +
  "cy='8' r='5' fill='none' stroke='%231d6fd1' stroke-width='3'/%3E%3C/svg%3E";

export function docsPage(routes: readonly Route[], description: Json, origin: string): string {
  const { version, description: about } = description.info as { version: string; description: string };
  const sections = (description.tags as readonly { name: string; description?: string }[]).map((tag) => ({
    ...tag,
    routes: routes.filter((one) => one.tag === tag.name && isDescribed(one, description)),
  }));
  const nav = sections.map(({ name, routes: own }) =>
    `<h2><a href="#${name}">${title(name)}</a></h2><ul>${own.map(navItem).join("")}</ul>`
  ).join("");
  const main = sections.map(({ name, description: says = "", routes: own }) =>
    `<section id="${name}"><h2>${title(name)}</h2><p class="lead">${prose(says)}</p>` +
    own.map((one) => article(one, description, origin)).join("") + "</section>"
  ).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lasso API</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the routes</a>
<aside>
<header><h1>Lasso <span>API</span></h1><p>Version ${
    escape(version)
  } · <a href="/openapi.json">openapi.json</a></p></header>
<nav aria-label="Routes">
<label class="filter" hidden><span>Filter</span><input type="search" autocomplete="off" spellcheck="false" placeholder="path or word"></label>
<p class="none" hidden role="status">No route has that.</p>
${nav}
</nav>
</aside>
<main id="main">
<p class="about">${prose(about)}</p>
${answersText}
${main}
${socketsText}
</main>
</body>
</html>
`;
}

const answersText = `<section id="answers"><h2>Answers</h2>
<p class="lead">${
  prose(
    "Everything answers with JSON: `{ data, window?, n?, next? }`, or `{ error: { code, message, hint?, details? } }`. " +
      "A query is checked whole: every unknown parameter and every wrong value is named in one answer with status 400. " +
      "Pages go on with `?cursor=` and what stood in `next`. Reads are open on loopback; on another address they need " +
      "`Authorization: Bearer <server.admin_token>`, unless server.public_reads is set.",
  )
}</p></section>`;

const socketsText = `<section id="sockets"><h2>WebSockets</h2><p class="lead">${
  prose(
    "`/rpc/{chain}` and `/ws/rpc/{chain}` speak JSON-RPC with eth_subscribe. `/v1/ws/{chain}` tells a chain's blocks " +
      'as they come, and after `{"type":"subscribe","events":[…],"filter":{…}}` logs, pending transactions, reorgs and ' +
      "providers. `/channels/events` and `/channels/chain/{chain}` tell what happens in the router while it happens. " +
      "A browser offers the subprotocol `lasso.v1`, and beside it its token as " +
      "`lasso.token.<base64url of the token>`: the answer names `lasso.v1`, never the token.",
  )
}</p></section>`;

function isDescribed({ method, path }: Route, description: Json): boolean {
  const paths = description.paths as Readonly<Record<string, Json>>;
  return paths[path]?.[method] !== undefined;
}

function navItem(one: Route): string {
  return `<li data-words="${escape(words(one))}"><a href="#${operationId(one)}">${method(one)}<code>${
    escape(one.path)
  }</code></a></li>`;
}

function words({ method: verb, path, summary, tag }: Route): string {
  return `${verb} ${path} ${summary} ${tag}`.toLowerCase();
}

function method({ method: verb }: Route): string {
  return `<b class="verb ${verb}">${verb.toUpperCase()}</b> `;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

function article(one: Route, description: Json, origin: string): string {
  const id = operationId(one);
  const operation =
    (description.paths as Readonly<Record<string, Record<string, Json>>>)[one.path]![one.method]!;
  const parameters = (operation.parameters ?? []) as readonly Parameter[];
  const access = one.access === "open" ? "open" : one.access === "admin" ? "admin" : "";
  return `<article id="${id}" data-words="${escape(words(one))}">
<h3><a href="#${id}">${method(one)}<code>${escape(one.path)}</code></a>${
    access === "" ? "" : `<i class="access">${access}</i>`
  }</h3>
<p>${prose(`${one.summary}.`)}${one.description === undefined ? "" : ` ${prose(one.description)}`}</p>
${parameters.length === 0 ? "" : table(parameters)}${body(one, operation, description)}
<div class="curl"><pre><code>${
    escape(curl(one, origin))
  }</code></pre><button type="button" hidden>Copy</button></div>
<details><summary>Answer</summary><pre class="shape">${answer(one, operation, description)}</pre></details>
${errors(operation)}
</article>`;
}

function table(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: where, required, description = "", schema }) => {
    const notes = [where === "path" ? "in the path" : required ? "needed" : ""].filter((note) => note !== "");
    const note = notes.length === 0 ? "" : `<small>${notes.join(", ")}</small>`;
    return `<tr><th scope="row"><code>${escape(name)}</code>${note}</th><td>${prose(description)}${
      values(schema)
    }</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">Parameter</th><th scope="col">What it says</th></tr></thead><tbody>${
    rows.join("")
  }</tbody></table>`;
}

function values(schema: Json): string {
  if (Array.isArray(schema.enum)) {
    return ` <span class="values">${
      schema.enum.map((value) => `<code>${escape(String(value))}</code>`).join(" ")
    }</span>`;
  }
  const { type, minimum, maximum } = schema;
  if (type === "integer" && typeof minimum === "number" && typeof maximum === "number") {
    return ` <span class="values">${minimum} to ${maximum}</span>`;
  }
  return "";
}

function body(one: Route, { requestBody }: Json, description: Json): string {
  if (one.body === undefined || requestBody === undefined) return "";
  const { content } = requestBody as { content: Readonly<Record<string, { schema: Json }>> };
  const shape = shapeText(content["application/json"]!.schema, description);
  return `<details open><summary>Body</summary><pre class="shape">${highlighted(shape)}</pre></details>`;
}

function curl(one: Route, origin: string): string {
  const target = one.example?.target ?? one.path.replace("{chain}", "ethereum");
  if (one.method === "get") return `curl '${origin}${target}'`;
  const json = one.example?.body === undefined ? "" : ` \\\n  -d '${JSON.stringify(one.example.body)}'`;
  return `curl -X ${one.method.toUpperCase()} '${origin}${target}' \\\n  -H 'content-type: application/json'${json}`;
}

function answer(one: Route, operation: Json, description: Json): string {
  const { content } = (operation.responses as Readonly<Record<string, Json>>)["200"] as {
    content: Readonly<Record<string, { schema: Json }>>;
  };
  const [media, shape] = Object.entries(content)[0]!;
  if (one.media !== undefined) return escape(media);
  const { properties } = shape.schema as { properties: Readonly<Record<string, Json>> };
  return highlighted(`data: ${shapeText(properties.data, description)}`);
}

/** Comments in a colour of their own. */
function highlighted(shape: string): string {
  return shape.split("\n").map((line) => {
    const at = line.search(/\/\/ /);
    return at < 0 ? escape(line) : `${escape(line.slice(0, at))}<em>${escape(line.slice(at))}</em>`;
  }).join("\n");
}

/** Those that this route has of its own. */
function errors({ responses }: Json): string {
  const own = Object.entries(responses as Readonly<Record<string, { description: string }>>).filter((
    [status],
  ) => !["200", "400", "401", "403", "413", "415"].includes(status));
  if (own.length === 0) return "";
  const items = own.map(([status, { description }]) => `<li><b>${status}</b> ${prose(description)}</li>`);
  return `<ul class="errors">${items.join("")}</ul>`;
}

function title(name: string): string {
  return escape(name.charAt(0).toUpperCase() + name.slice(1));
}

/** Text with `code` in it. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
