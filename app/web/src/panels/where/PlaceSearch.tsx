import { useSignal } from "@preact/signals";
import { t } from "../../i18n/i18n";
import { placeText } from "../../i18n/place";
import { wantedBox, wantedPlace } from "../../map/view";
import { type CoordinateFault, parseCoordinates } from "../../project/coordinates";
import type { Bbox } from "../../project/project";
import { edit, project } from "../../state";
import { Button, Field } from "../../ui/ui";

/** A place by its coordinates: what was understood is said while it is typed, and gone to when it is sent. */
export function PlaceSearch() {
  const typed = useSignal("");
  const fault = useSignal<CoordinateFault | null>(null);
  const found = parseCoordinates(typed.value);
  const go = (event: Event): void => {
    event.preventDefault();
    if (found.kind === "fault") fault.value = found.fault;
    else if (found.kind === "place") wantedPlace.value = found.place;
    else wantedBox.value = found.box;
  };
  const mapBox = (bbox: Bbox): void => {
    edit((before) => (before.region ? { ...before, region: { ...before.region, bbox } } : before));
    wantedBox.value = bbox;
  };
  return (
    <form class="place-search" onSubmit={go}>
      <Field
        label={t("where.search")}
        hint={t("where.search.hint")}
        error={fault.value ? t(`where.fault.${fault.value}`) : undefined}
      >
        {(wiring) => (
          <div class="row">
            <input
              {...wiring}
              class="grow"
              type="search"
              autocomplete="off"
              spellcheck={false}
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
                fault.value = null;
              }}
            />
            <Button type="submit">{t("where.search.go")}</Button>
          </div>
        )}
      </Field>
      <p class="status" role="status">
        {found.kind === "place" && t("where.search.place", { place: placeText(found.place) })}
        {found.kind === "box" &&
          t("where.search.box", {
            place: t("where.to", {
              from: placeText([found.box[0], found.box[1]]),
              until: placeText([found.box[2], found.box[3]]),
            }),
          })}
      </p>
      {found.kind === "box" && project.value.region && (
        <Button onClick={() => mapBox(found.box)}>{t("where.search.useBox")}</Button>
      )}
    </form>
  );
}
