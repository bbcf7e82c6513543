// The stream of calls: the newest page of history with the live feed ahead of it, or an older page by its cursor.

import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { Answered, Panel } from "../../components/panel.tsx";
import { Pause } from "../../components/pause.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Table } from "../../components/table.tsx";
import { type Asked, useAsked } from "../../models/asked.ts";
import { type CallRow, callsPath, type KeptCall, mergedCalls } from "../../models/calls.ts";
import { paused, routing } from "../../models/store.ts";
import { go, param } from "../../models/view.ts";
import { callColumns } from "./call_columns.tsx";
import { CallFilters, filterOfView, isFiltered } from "./call_filters.tsx";
import { FindCall } from "./find_call.tsx";

const perPage = 50;
const everyMs = 4_000;

export function CallList({ narrow }: { readonly narrow: boolean }): JSX.Element {
  const filter = filterOfView();
  const cursor = param("before");
  const path = callsPath(filter, cursor, perPage);
  const asked = useAsked<readonly KeptCall[]>(path, cursor === "" ? everyMs : 0);
  return (
    <Panel
      title="Calls"
      note={cursor === "" ? "kept calls and the live feed, newest first" : "an older page"}
      api={path}
      actions={cursor === ""
        ? <Pause />
        : <ViewLink to={{ params: { before: "" } }}>Back to the newest</ViewLink>}
    >
      <div class="call-tools">
        <CallFilters />
        <FindCall />
      </div>
      <CallRows asked={asked} isNewest={cursor === ""} narrow={narrow} />
    </Panel>
  );
}

/** Apart from what stands around it: it is drawn with each word of the feed. */
function CallRows({ asked: { value: asked }, isNewest, narrow }: {
  readonly asked: ReadonlySignal<Asked<readonly KeptCall[]>>;
  readonly isNewest: boolean;
  readonly narrow: boolean;
}): JSX.Element {
  const filter = filterOfView();
  const still = useRef<readonly CallRow[] | null>(null);
  const rows = paused.value && still.current !== null && isNewest
    ? still.current
    : mergedCalls(asked.data ?? [], isNewest ? routing.value : [], filter, perPage);
  still.current = rows;
  const oneChain = filter.chain !== null;
  const columns = useMemo(() => callColumns(narrow, oneChain), [narrow, oneChain]);
  const id = param("id");
  return (
    <Answered asked={asked} isEmpty={() => rows.length === 0} empty={<Nothing older={!isNewest} />}>
      {() => (
        <div class="calls-list">
          <Table
            name="calls"
            caption="Calls"
            natural="newest first"
            steady
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
            open={open}
            selected={(row) => row.id === id}
          />
          {asked.next !== null && (
            <p class="pager">
              <ViewLink to={{ params: { before: asked.next } }}>Older calls</ViewLink>
            </p>
          )}
        </div>
      )}
    </Answered>
  );
}

function open({ id }: CallRow): void {
  go({ params: { id } });
}

function Nothing({ older }: { readonly older: boolean }): JSX.Element {
  if (older) return <>There are no older calls.</>;
  if (isFiltered()) {
    return (
      <>
        No call of the last 24 h fits.{" "}
        <ViewLink to={{ chain: null, params: { method: "", provider: "", outcome: "" } }}>
          Show all calls
        </ViewLink>
      </>
    );
  }
  return <>No call came in the last 24 h. The first one shows up here as it ends.</>;
}
