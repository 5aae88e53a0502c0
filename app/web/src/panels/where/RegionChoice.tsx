import { useSignal } from "@preact/signals";
import { t } from "../../i18n/i18n";
import { wantedBox } from "../../map/view";
import { shared } from "../../project/boxes";
import type { Bbox } from "../../project/project";
import { isCatalogue } from "../../project/regions";
import { edit, imagery, project, tool } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { Button } from "../../ui/ui";
import { Corners } from "./Corners";
import { refusals } from "./planning";
import { shownBox } from "./shown";

/** Which part of the imagery is mapped. */
export function RegionChoice() {
  const fault = useSignal<"outside" | "unseen" | null>(null);
  const entry = imagery.value;
  const bbox = project.value.region?.bbox ?? null;
  const choose = (box: Bbox | null): void => {
    fault.value = null;
    edit((before) => (before.region ? { ...before, region: { ...before.region, bbox: box } } : before));
  };
  const useShown = (): void => {
    const seen = shownBox();
    const box = seen && entry?.bbox ? shared(seen, entry.bbox) : seen;
    if (box) choose(box);
    else fault.value = seen ? "outside" : "unseen";
  };
  const isDrawing = tool.value === "box";
  const { at } = refusals.value;
  const refusal = fault.value
    ? t(`where.region.${fault.value}`)
    : at.bbox && <ServerWords>{at.bbox}</ServerWords>;
  return (
    <fieldset class="where-part">
      <legend>{t("where.region")}</legend>
      <div class="row">
        {entry && !isCatalogue(entry) && (
          <Button
            aria-pressed={bbox === null && !isDrawing}
            onClick={() => {
              tool.value = "look";
              choose(null);
              wantedBox.value = entry.bbox ?? null;
            }}
          >
            {t("where.region.whole")}
          </Button>
        )}
        <Button
          aria-pressed={isDrawing}
          onClick={() => {
            fault.value = null;
            tool.value = isDrawing ? "look" : "box";
          }}
        >
          {t("where.region.draw")}
        </Button>
        <Button onClick={useShown}>{t("where.region.shown")}</Button>
      </div>
      <p class="hint" role="status">
        {t(isDrawing ? "where.region.drawing" : stateOf(bbox, entry !== null && isCatalogue(entry)))}
      </p>
      {refusal && (
        <p class="error" role="alert">
          {refusal}
        </p>
      )}
      <Corners
        box={bbox}
        onBox={(box) => {
          choose(box);
          wantedBox.value = box;
        }}
      />
    </fieldset>
  );
}

function stateOf(bbox: Bbox | null, hasNoBounds: boolean) {
  if (bbox) return "where.region.isBox";
  if (!hasNoBounds) return "where.region.isWhole";
  return project.value.labels.length > 0 ? "where.region.isLabels" : "where.region.isNone";
}
