import assert from "node:assert/strict";
import {
  bytes,
  count,
  dollars,
  exact,
  millis,
  none,
  percent,
  rate,
  span,
} from "../../../ui/format/number.ts";

type Case<Value> = readonly [value: Value, text: string];

function check<Value>(title: string, format: (value: Value) => string, cases: readonly Case<Value>[]): void {
  Deno.test(title, () => {
    for (const [value, text] of cases) assert.equal(format(value), text, String(value));
  });
}

check("percent() never reaches 0 or 100 by rounding", percent, [
  [null, none],
  [NaN, none],
  [0, "0 %"],
  [0.00001, "< 0.01 %"],
  [0.001, "0.1 %"],
  [0.5, "50 %"],
  [0.98765, "98.8 %"],
  [0.9996, "99.96 %"],
  [0.99999, "99.999 %"],
  [0.9999999, "99.999 %"],
  [1, "100 %"],
]);

check("count() has three significant digits, and 0 for 0", count, [
  [null, none],
  [Infinity, none],
  [0, "0"],
  [0.42, "0.42"],
  [7.051, "7.05"],
  [312, "312"],
  [9_999, "9999"],
  [12_345, "12.3k"],
  [999_499, "999k"],
  [999_600, "1M"],
  [4_210_000_000, "4.21G"],
]);

check("millis() names its unit", millis, [
  [null, none],
  [0, "0 ms"],
  [0.42, "0.42 ms"],
  [12.34, "12.3 ms"],
  [4_210, "4.21 s"],
  [200_000, "3 min 20 s"],
]);

check("span() has two units at most", span, [
  [null, none],
  [-5, "0 s"],
  [8_200, "8 s"],
  [200_000, "3 min 20 s"],
  [180_000, "3 min"],
  [7_500_000, "2 h 5 min"],
  [360_000_000, "4 d 4 h"],
]);

check("bytes() counts in 1024", bytes, [
  [null, none],
  [0, "0 B"],
  [999, "999 B"],
  [1_536, "1.5 KB"],
  [5 * 1024 ** 3, "5 GB"],
]);

check("dollars() tells a trifle from nothing", dollars, [
  [null, none],
  [0, "$0"],
  [0.00562, "$0.00562"],
  [0.000001, "< $0.00001"],
  [4.2, "$4.20"],
  [12_345, "$12.3k"],
]);

check("rate() is per second", rate, [[null, none], [0, "0/s"], [20.04, "20/s"]]);
check("exact() keeps every digit", exact, [[null, none], [21_345_678, "21,345,678"]]);
