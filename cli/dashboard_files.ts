// The dashboard's files as the server hands them out. The script is built from main.tsx by `deno task ui`; everything
// is text within the bundle and the executable. Loaded by main, with the first request for the page.

import type { DashboardFiles } from "../core/server/dashboard.ts";
import script from "../ui/dist/app.js" with { type: "text" };
import icon from "../ui/icon.svg" with { type: "text" };
import page from "../ui/page.html" with { type: "text" };
import base from "../ui/styles/base.css" with { type: "text" };
import battle from "../ui/styles/battle.css" with { type: "text" };
import chart from "../ui/styles/chart.css" with { type: "text" };
import figures from "../ui/styles/figures.css" with { type: "text" };
import frame from "../ui/styles/frame.css" with { type: "text" };
import liveTest from "../ui/styles/live_test.css" with { type: "text" };
import overview from "../ui/styles/overview.css" with { type: "text" };
import parts from "../ui/styles/parts.css" with { type: "text" };
import providers from "../ui/styles/providers.css" with { type: "text" };
import requests from "../ui/styles/requests.css" with { type: "text" };
import system from "../ui/styles/system.css" with { type: "text" };
import tokens from "../ui/styles/tokens.css" with { type: "text" };
import topology from "../ui/styles/topology.css" with { type: "text" };
import { tabs } from "../ui/models/tabs.ts";

export const dashboardFiles: DashboardFiles = {
  page,
  paths: tabs.map((tab) => `/${tab}`),
  files: [
    { name: "app.js", type: "text/javascript; charset=utf-8", text: script },
    {
      name: "app.css",
      type: "text/css; charset=utf-8",
      text: [
        tokens,
        base,
        frame,
        parts,
        chart,
        figures,
        topology,
        overview,
        providers,
        liveTest,
        requests,
        battle,
        system,
      ].join("\n"),
    },
    { name: "icon.svg", type: "image/svg+xml", text: icon },
  ],
};
