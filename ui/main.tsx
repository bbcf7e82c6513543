// The page's entry: the snapshot that came with it, the address, the theme, the keys, the feed; then it draws.

import { render } from "preact";
import { App } from "./app.tsx";
import { startKeys } from "./models/keys.ts";
import { startStore } from "./models/store.ts";
import { startTheme } from "./models/theme.ts";
import { followAddress } from "./models/view.ts";

startTheme();
followAddress();
const inlined = document.getElementById("snapshot")?.textContent ?? "null";
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
startStore(JSON.parse(inlined), `${scheme}//${location.host}/channels/events`, null);
startKeys();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
