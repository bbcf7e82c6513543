// A moment: how long ago, in local time on its own line where asked, in UTC on hover.

import type { JSX } from "preact";
import { span } from "../format/number.ts";
import { time, utc } from "../format/time.ts";
import { now } from "../models/store.ts";

export function Ago({ at }: { readonly at: number }): JSX.Element {
  return <time dateTime={new Date(at).toISOString()} title={utc(at)}>{span(now.value - at)}</time>;
}

export function At({ at }: { readonly at: number }): JSX.Element {
  return <time dateTime={new Date(at).toISOString()} title={utc(at)}>{time(at)}</time>;
}
