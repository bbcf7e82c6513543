import assert from "node:assert/strict";
import { compareReports } from "../../../battle/report/compare_reports.ts";
import { htmlReport } from "../../../battle/report/html_report.ts";
import { htmlStyle } from "../../../battle/report/html_style.ts";
import { emptyResult, fault, manyFaults, oddName, oddResult, richResult } from "./results.ts";
import { elementsOf, textOf, type XmlElement, xmlTree } from "./xml_tree.ts";

const tree = (text: string): XmlElement => xmlTree(text, new Set(["style"]));

Deno.test("htmlReport() is well formed, runs nothing and loads nothing, whatever names hold", () => {
  const before = richResult({ verdict: "pass" });
  const all = [richResult(), oddResult(), manyFaults(), emptyResult(), richResult({ durationMs: 7_200_000 })];
  for (const result of all) {
    const text = htmlReport(result, { baseline: compareReports(before, result) });
    assert.ok(text.startsWith('<!doctype html>\n<html lang="en">'));
    const page = tree(text);
    assert.deepEqual(
      ["script", "link", "img", "iframe", "a", "form"].flatMap((name) => elementsOf(page, name)),
      [],
    );
    assert.doesNotMatch(htmlStyle, /url\(|@import|[<&]/);
    const check = (element: XmlElement): void => {
      for (const name of Object.keys(element.attributes)) {
        assert.doesNotMatch(name, /^on|^style$|^href$|^src$/);
      }
      element.children.forEach(check);
    };
    check(page);
  }
});

Deno.test("htmlReport() names come out as they are, but for what can't be seen", () => {
  const page = tree(htmlReport(oddResult()));
  const shown = `<b>"x" & 'y'</b> |\`*_[a](b)_*\`| ]]> --> \ufffd[31m\ufffd\ufffd \u{1f525} 日本 # h0`;
  assert.ok(oddName.startsWith(shown.slice(0, 30)));
  assert.equal(textOf(elementsOf(page, "h1")[0]!), shown);
});

Deno.test("htmlReport() verdict first, tables with heads, a region for each that scrolls", () => {
  const page = tree(htmlReport(richResult()));
  const [main] = elementsOf(page, "main");
  assert.equal(textOf(main!.children[0]!), "FAIL");
  const tables = elementsOf(page, "table");
  assert.ok(tables.length >= 8);
  for (const table of tables) {
    const heads = elementsOf(elementsOf(table, "thead")[0]!, "th");
    assert.ok(heads.every(({ attributes }) => attributes["scope"] === "col"));
    for (const row of elementsOf(elementsOf(table, "tbody")[0]!, "tr")) {
      assert.equal(row.children.length, heads.length);
    }
  }
  for (const region of elementsOf(page, "div").filter(({ attributes }) => attributes["class"] === "scroll")) {
    assert.equal(region.attributes["role"], "region");
    assert.equal(region.attributes["tabindex"], "0");
    assert.notEqual(region.attributes["aria-label"], undefined);
  }
  const ids = elementsOf(page, "title").map(({ attributes }) => attributes["id"]).filter((id) =>
    id !== undefined
  );
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("timelineChart() faults, bands, breakers, latency, counts and picks on one axis, told in words", () => {
  const [svg] = elementsOf(tree(htmlReport(richResult())), "svg");
  assert.equal(svg?.attributes["aria-labelledby"], "chart-title chart-desc");
  assert.match(
    textOf(elementsOf(svg!, "desc")[0]!),
    /Faults: kill alchemy \(20–35 s\), lag 12 blocks at infura \(45–65 s\), brown-out \+800 ms at ankr \(70–80 s\)/,
  );
  const rects = (css: string): XmlElement[] =>
    elementsOf(svg!, "rect").filter(({ attributes }) => attributes["class"] === css);
  const x = (element: XmlElement | undefined): number => Number(element?.attributes["x"]);
  const end = (element: XmlElement | undefined): number => x(element) + Number(element?.attributes["width"]);
  assert.equal(rects("fault").length, 3);
  assert.deepEqual(rects("fault").map(x), rects("band").map(x));
  assert.deepEqual(rects("fault").map(end), rects("band").map(end));
  assert.equal(rects("requests").length, 90);
  assert.equal(rects("failures").length, 3);
  // 90 s on 940 units: the fault begins with the bar of its second.
  assert.equal(x(rects("fault")[0]), x(rects("requests")[20]));
  assert.equal(x(rects("failures")[0]), x(rects("requests")[72]));
  assert.ok(rects("open").length === 2 && rects("half").length === 1);
  const latency = elementsOf(svg!, "path").filter(({ attributes }) =>
    attributes["class"]?.startsWith("line")
  );
  assert.deepEqual(latency.map(({ attributes }) => attributes["d"]?.match(/[ML]/g)?.length), [90, 90]);
  // Alchemy is picked in all seconds but those in which it is dead.
  assert.equal(rects("c0").length - 1, 75);
});

Deno.test("timelineChart() seconds without an answer leave a gap; one alone is a dot", () => {
  const timeline = richResult().timeline.slice(0, 9).map((point, at) =>
    [2, 3, 5].includes(at) ? { ...point, p50Ms: null, p99Ms: null } : point
  );
  const [svg] = elementsOf(tree(htmlReport(richResult({ durationMs: 9_000, timeline, faults: [] }))), "svg");
  const [path] = elementsOf(svg!, "path");
  assert.match(path?.attributes["d"] ?? "", /^M[\d. ]+L[\d. ]+M[\d. ]+h0\.1M[\d. ]+L[\d. ]+L[\d. ]+$/);
});

Deno.test("timelineChart() thirty faults, many providers, and nothing at all", () => {
  const many = elementsOf(tree(htmlReport(manyFaults())), "svg")[0]!;
  const acts = elementsOf(many, "line").filter(({ attributes }) => attributes["class"] === "act");
  assert.equal(acts.length, 24);
  assert.deepEqual(elementsOf(tree(htmlReport(emptyResult())), "svg"), []);
  const picks = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`p${at}`, 20 - at]));
  const crowd = richResult({ timeline: [{ ...richResult().timeline[0]!, picks }], durationMs: 1_000 });
  const names = elementsOf(elementsOf(tree(htmlReport(crowd)), "svg")[0]!, "text").map(textOf);
  assert.ok(names.includes("p6") && names.includes("3 others") && !names.includes("p7"));
  const alone = richResult({ timeline: [], faults: [fault("f", { kind: "kill" }, "a", 0, 1_000)] });
  assert.equal(elementsOf(tree(htmlReport(alone)), "svg").length, 1);
});

Deno.test("htmlStyle text has a contrast of 4.5 to 1 and marks 3 to 1, in both schemes", () => {
  const schemes = [...htmlStyle.matchAll(/:root \{([^}]*)\}/g)].map(([, body = ""]) =>
    new Map([...body.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name = "", color = ""]) => [name, color]))
  );
  assert.equal(schemes.length, 2);
  for (const colors of schemes) {
    const ratio = (name: string, ground: string): number => contrast(colors.get(name)!, colors.get(ground)!);
    for (const name of ["text", "soft", "pass", "fail", "open"]) {
      for (const ground of ["page", "panel"]) assert.ok(ratio(name, ground) >= 4.5, `${name} on ${ground}`);
    }
    const marks = [
      "p50",
      "p99",
      "requests",
      "failovers",
      "fault",
      "half",
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((at) => `c${at}`),
    ];
    for (const name of marks) assert.ok(ratio(name, "page") >= 3, `${name} ${ratio(name, "page")}`);
  }
});

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("htmlReport() tells load and cost by provider", () => {
  const text = htmlReport(richResult()).replaceAll("\u00a0", " ");
  for (const part of ["Load and cost of providers", "even share", "20,012 (56 %)", "8,700 (24 %)"]) {
    assert.ok(text.includes(part), part);
  }
});
