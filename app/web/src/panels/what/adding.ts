import type { ServerClass } from "../../api/types";
import { t } from "../../i18n/i18n";
import { withLegend } from "../../project/bringing";
import { project, server } from "../../state";
import { known } from "./known";
import { editAndSay } from "./said";

/** Classes of a legend, beside those that are there, in one step that can be undone. */
export function addLegend(entries: readonly ServerClass[]): void {
  const most = server.value?.limits.max_classes ?? 254;
  const result = withLegend(project.value, entries, known.value, most);
  const text = [
    t("what.said.added", { count: result.added }),
    result.there > 0 ? t("what.said.there", { count: result.there }) : "",
    result.left > 0 ? t("what.said.left", { count: result.left }) : "",
  ];
  editAndSay(() => result.project, text.filter(Boolean).join(" "));
}
