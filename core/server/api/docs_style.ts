// How the page /docs looks: one column of routes beside a list of them; light and dark by what the reader has set.

export const docsStyle = `:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --raised: #f5f7fa;
  --line: #dbe1e9;
  --text: #17202c;
  --soft: #556274;
  --link: #1559b0;
  --get: #1559b0;
  --post: #a04600;
  --put: #77520b;
  --delete: #9b2743;
  --mark: #e8f0fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161d;
    --raised: #1a212b;
    --line: #2e3947;
    --text: #e4eaf1;
    --soft: #9fadbf;
    --link: #7fb4f5;
    --get: #7fb4f5;
    --post: #f0a25f;
    --put: #dcb863;
    --delete: #f08ba4;
    --mark: #1b2c44;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  display: grid;
  grid-template-columns: 20rem minmax(0, 1fr);
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, pre { font: 0.875em/1.55 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: 0.5rem; z-index: 1; }
aside {
  border-right: 1px solid var(--line);
  position: sticky;
  top: 0;
  height: 100vh;
  overflow-y: auto;
  scrollbar-width: thin;
}
header { padding: 1.75rem 1.25rem 0.75rem; }
header h1 { font-size: 1.375rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
header h1 span { color: var(--soft); font-weight: 400; }
header p { margin: 0.25rem 0 0; color: var(--soft); font-size: 0.875rem; }
nav { padding: 0.25rem 0.75rem 2rem 1.25rem; }
nav h2 { font-size: 0.8125rem; margin: 1.25rem 0 0.25rem; font-weight: 600; }
nav h2 a { color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; align-items: baseline; gap: 0.5rem; padding: 0.1875rem 0.25rem; color: var(--text); border-radius: 4px; }
nav li a:hover { background: var(--raised); text-decoration: none; }
nav li code { overflow-wrap: anywhere; font-size: 0.8125rem; }
nav .verb { flex: none; width: 2.75rem; }
.filter { display: block; position: sticky; top: 0; padding: 0.5rem 0; background: var(--ground); }
.filter[hidden] { display: none; }
.filter span { position: absolute; left: -100vw; }
.filter input {
  width: 100%;
  font: inherit;
  font-size: 0.9375rem;
  padding: 0.375rem 0.625rem;
  color: var(--text);
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: 6px;
}
.none { color: var(--soft); font-size: 0.9375rem; }
.verb { font: 600 0.75rem/1.4 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; letter-spacing: 0.02em; }
.get { color: var(--get); }
.post { color: var(--post); }
.put { color: var(--put); }
.delete { color: var(--delete); }
nav .delete { font-size: 0.75rem; }
main { padding: 1.75rem clamp(1.25rem, 4vw, 4rem) 6rem; max-width: 66rem; }
.about { max-width: 46rem; margin: 0; font-size: 1.0625rem; }
section > h2 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -0.01em; margin: 3rem 0 0; }
.lead { color: var(--soft); margin: 0.375rem 0 0; max-width: 46rem; }
article { border-top: 1px solid var(--line); margin-top: 1.75rem; padding-top: 1.5rem; }
article:target h3 a { background: var(--mark); box-shadow: 0 0 0 0.25rem var(--mark); border-radius: 2px; }
article h3 { font-size: 1rem; margin: 0; font-weight: 600; display: flex; gap: 0.75rem; align-items: baseline; flex-wrap: wrap; }
article h3 a { color: inherit; display: flex; gap: 0.625rem; align-items: baseline; }
article h3 code { font-size: 1rem; overflow-wrap: anywhere; }
article h3 .verb { font-size: 0.8125rem; }
article > p { margin: 0.375rem 0 0.875rem; max-width: 46rem; }
.access { font-style: normal; font-weight: 400; font-size: 0.8125rem; color: var(--soft); border: 1px solid var(--line); border-radius: 999px; padding: 0 0.5rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; font-size: 0.9375rem; }
thead th { font-weight: 400; font-size: 0.8125rem; color: var(--soft); padding-top: 0; }
th, td { text-align: left; vertical-align: top; padding: 0.3125rem 1rem 0.3125rem 0; border-bottom: 1px solid var(--line); }
tbody th { width: 11rem; font-weight: 400; }
th small { display: block; color: var(--soft); font-size: 0.75rem; }
td { overflow-wrap: anywhere; }
.values { color: var(--soft); }
.values code { color: var(--text); background: var(--raised); border-radius: 3px; padding: 0.05em 0.3em; }
pre { margin: 0; padding: 0.75rem 1rem; background: var(--raised); border-radius: 6px; overflow-x: auto; }
pre code { font-size: inherit; }
.shape { white-space: pre-wrap; overflow-wrap: anywhere; }
.curl { position: relative; }
.curl pre { padding-right: 5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.curl button {
  position: absolute;
  top: 0.4375rem;
  right: 0.5rem;
  font: inherit;
  font-size: 0.8125rem;
  line-height: 1.5;
  padding: 0.0625rem 0.625rem;
  color: var(--text);
  background: var(--ground);
  border: 1px solid var(--line);
  border-radius: 5px;
  cursor: pointer;
}
.curl button:hover { border-color: var(--soft); }
details { margin-top: 0.625rem; }
details + .curl { margin-top: 0.625rem; }
summary { cursor: pointer; color: var(--soft); font-size: 0.9375rem; width: max-content; }
summary:hover { color: var(--text); }
details pre { margin-top: 0.375rem; max-height: 32rem; overflow: auto; }
.shape em { font-style: normal; color: var(--soft); }
.errors { list-style: none; margin: 0.625rem 0 0; padding: 0; font-size: 0.9375rem; color: var(--soft); }
.errors b { color: var(--text); font-weight: 600; margin-right: 0.25rem; font-variant-numeric: tabular-nums; }
[hidden] { display: none !important; }
@media (max-width: 52rem) {
  body { display: block; }
  aside { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav { padding: 0.25rem 1.25rem 0.75rem; }
  nav ul, nav h2 { display: none; }
  .none { margin-bottom: 0; }
  main { padding-top: 1.25rem; }
  tbody th { width: 7.5rem; }
}
@media print { aside, .curl button, .skip { display: none; } body { display: block; } }
`;
