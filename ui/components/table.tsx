// A real table whose order is in the address. Sorted by a column's value; rows can be walked by j and k (keys.ts) and
// opened by Enter where they lead somewhere.

import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { go, param, pathOf } from "../models/view.ts";

export interface Column<Row> {
  readonly id: string;
  readonly head: string;
  /** What the head means, where that is not plain. */
  readonly title?: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What rows are sorted by; absent: not by this column. null goes last. */
  readonly by?: (row: Row) => number | string | null;
  /** Figures stand at the right in tabular digits. */
  readonly figure?: boolean;
  /** Left out on a narrow page. */
  readonly minor?: boolean;
  /** Takes a line of its own where rows are stacked. */
  readonly wide?: boolean;
}

export function Table<Row>(
  { name, caption, columns, rows, keyOf, open, selected, natural, stacks = false, steady = false }: {
    /** Tells its sorting apart from other tables' of the tab. */
    readonly name: string;
    readonly caption: string;
    readonly columns: readonly Column<Row>[];
    readonly rows: readonly Row[];
    readonly keyOf: (row: Row) => string;
    readonly open?: (row: Row) => void;
    readonly selected?: (row: Row) => boolean;
    /** Said of the order when none was chosen. */
    readonly natural?: string;
    /** On a narrow page each row is a block of labelled values, for tables with more columns than fit. */
    readonly stacks?: boolean;
    /**
     * A row that is the same object (and columns that are) is not drawn again: for lists that change many times a second.
     * Cells may read signals in components of their own only, and `open` may hold nothing that changes.
     */
    readonly steady?: boolean;
  },
): JSX.Element {
  const [sortBy = "", direction = "down"] = param(`${name}-sort`).split(".");
  const column = columns.find(({ id }) => id === sortBy);
  const ordered = column?.by === undefined ? rows : sorted(rows, column.by, direction === "up");
  return (
    <div class="table-frame">
      <table class={stacks ? "rows stacks" : "rows"}>
        <caption class="hidden">{caption}{natural === undefined ? "" : `, ${natural}`}</caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th
                key={one.id}
                scope="col"
                class={classOf(one)}
                data-label={one.head}
                title={one.title}
                aria-sort={one.id !== sortBy ? undefined : direction === "up" ? "ascending" : "descending"}
              >
                {one.by === undefined
                  ? one.head || <span class="hidden">{one.title}</span>
                  : <SortLink table={name} column={one} sortBy={sortBy} direction={direction} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.map((row) => (
            <Line
              key={keyOf(row)}
              row={row}
              columns={columns}
              selected={selected?.(row) ?? false}
              open={open}
              steady={steady}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SortLink<Row>({ table, column: { id, head }, sortBy, direction }: {
  readonly table: string;
  readonly column: Column<Row>;
  readonly sortBy: string;
  readonly direction: string;
}): JSX.Element {
  const isUp = id === sortBy && direction === "up";
  const next = id !== sortBy ? `${id}.down` : isUp ? "" : `${id}.up`;
  const change = { params: { [`${table}-sort`]: next }, replace: true };
  return (
    <a
      href={pathOf(change)}
      onClick={(event) => {
        event.preventDefault();
        go(change);
      }}
    >
      {head}
      <span aria-hidden="true">{id !== sortBy ? "" : isUp ? " ↑" : " ↓"}</span>
    </a>
  );
}

function Line<Row>({ row, columns, selected, open, steady }: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly selected: boolean;
  readonly open: ((row: Row) => void) | undefined;
  readonly steady: boolean;
}): JSX.Element {
  // Something new each time, unless the row is steady.
  const drawing = steady ? null : {};
  return useMemo(() => (
    <tr
      class={selected ? "selected" : undefined}
      tabIndex={open === undefined ? undefined : 0}
      data-row={open === undefined ? undefined : ""}
      onClick={open === undefined ? undefined : (event) => isPlain(event.target) && open(row)}
      onKeyDown={open === undefined
        ? undefined
        : (event) => event.key === "Enter" && isPlain(event.target) && open(row)}
    >
      {columns.map((one) => <td key={one.id} class={classOf(one)} data-label={one.head}>{one.cell(row)}</td>)}
    </tr>
  ), [row, columns, selected, drawing]);
}

/** A link or a button within a row does its own, not the row's. */
function isPlain(target: EventTarget | null): boolean {
  return !(target instanceof Element) || target.closest("a, button, input, select") === null;
}

function classOf<Row>({ figure, minor, wide }: Column<Row>): string | undefined {
  const names = [figure ? "figure" : "", minor ? "minor" : "", wide ? "own-line" : ""].filter((name) =>
    name !== ""
  );
  return names.length === 0 ? undefined : names.join(" ");
}

function sorted<Row>(rows: readonly Row[], by: (row: Row) => number | string | null, up: boolean): Row[] {
  const sign = up ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x === y ? 0 : x < y ? -sign : sign;
  });
}
