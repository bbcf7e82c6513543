// The style of the HTML report: system fonts, both colour schemes, and colours whose contrast is at least 4.5 to 1 for
// text and 3 to 1 for marks on their background. Providers have seven colours and one for the others.

/** Providers that have a colour of their own. */
export const providerColors = 7;

export const htmlStyle = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1b1f24; --soft: #57606a; --line: #d3d9e0; --panel: #f5f7f9;
  --pass: #12703a; --fail: #b3261e; --open: #7d5700;
  --p50: #0b64b8; --p99: #a3299b; --requests: #8794a3; --failovers: #b06500; --fault: #b3261e;
  --half: #b06500;
  --c0: #2a6fbb; --c1: #c2570c; --c2: #2c8a4b; --c3: #8250c4; --c4: #b3365f; --c5: #7d6a00; --c6: #0f8090;
  --c7: #77818c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --text: #e4e9ee; --soft: #9aa6b2; --line: #343c46; --panel: #1a2027;
    --pass: #4cc27a; --fail: #ff8079; --open: #e0b04a;
    --p50: #6cb0f5; --p99: #e58be0; --requests: #738191; --failovers: #eda44a; --fault: #ff8079;
    --half: #eda44a;
    --c0: #5b9be6; --c1: #ee8d4c; --c2: #58b877; --c3: #af8cf0; --c4: #ee7d9e; --c5: #c3ae3a; --c6: #45b8c8;
    --c7: #8b96a2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1180px; padding: 28px 24px 56px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 25px; line-height: 1.25; margin: 10px 0 6px; }
h2 { font-size: 17px; margin: 34px 0 8px; }
p, ul { margin: 6px 0; }
ul { padding-left: 20px; }
.soft { color: var(--soft); }
.badge {
  display: inline-block; padding: 2px 11px; border-radius: 4px; border: 2px solid currentColor;
  font-weight: 700; letter-spacing: .04em;
}
.pass { color: var(--pass); } .fail { color: var(--fail); } .inconclusive { color: var(--open); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
.scroll:focus-visible { outline: 2px solid var(--p50); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 6px 11px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th {
  border-top: 0; background: var(--panel); color: var(--soft); font-weight: 600; font-size: 13px;
  white-space: nowrap; vertical-align: bottom;
}
tbody th { font-weight: 600; }
tbody th.short { white-space: nowrap; }
td.right, th.right { text-align: right; white-space: nowrap; }
td.verdict { font-weight: 600; white-space: nowrap; }
td.wide, th.wide { min-width: 180px; max-width: 460px; overflow-wrap: anywhere; }
pre {
  margin: 8px 0; padding: 11px 13px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  overflow-x: auto; white-space: pre-wrap; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace;
}
summary { cursor: pointer; margin: 10px 0; color: var(--soft); }
svg { display: block; width: 100%; min-width: 760px; height: auto; }
svg text { fill: var(--text); font-size: 12px; }
svg .soft { fill: var(--soft); }
svg .name { font-weight: 600; }
svg .grid { stroke: var(--line); stroke-width: 1; fill: none; }
svg .band { fill: var(--fault); fill-opacity: .1; }
svg .act { stroke: var(--fault); stroke-opacity: .45; stroke-dasharray: 3 3; }
svg .fault { fill: var(--fault); }
svg .open { fill: var(--fault); }
svg .half { fill: var(--half); }
svg .requests { fill: var(--requests); }
svg .failures { fill: var(--fault); }
svg .failovers { fill: var(--failovers); }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
svg .p50 { stroke: var(--p50); } svg .p99 { stroke: var(--p99); }
svg .key-p50 { fill: var(--p50); } svg .key-p99 { fill: var(--p99); }
svg .hover { fill: transparent; } svg .hover:hover { fill: var(--text); fill-opacity: .08; }
${Array.from({ length: providerColors + 1 }, (_, at) => `svg .c${at} { fill: var(--c${at}); }`).join("\n")}
@media print { body { max-width: none; padding: 0; } .scroll { overflow: visible; } }
`;
