// Battle: the reports that are in the data folder, and one of them.

import type { JSX } from "preact";
import { param } from "../../models/view.ts";
import { ReportList } from "./report_list.tsx";
import { ReportPanel } from "./report_panel.tsx";

export function Battle(): JSX.Element {
  const id = param("report");
  return (
    <>
      {id !== "" && <ReportPanel key={id} id={id} />}
      <ReportList />
    </>
  );
}
