import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n/i18n";
import { step } from "../state";
import { Button } from "../ui/ui";
import { LayerControls } from "./LayerControls";
import { Picture } from "./Picture";
import { asked } from "./view";

/** As the user wants it; null: open where there is room, and nothing else shows the same. */
const isWanted = signal<boolean | null>(null);

const ROOM = "(min-width: 64rem) and (min-height: 40rem)";

/** The layers of the map, on the map. */
export function LayersCard() {
  const body = useId();
  const isOpen = isWanted.value ?? (step.value !== "map" && !asked.value && matchMedia(ROOM).matches);
  return (
    <div class={`map-card map-layers-card ${isOpen ? "open" : ""}`}>
      <Button
        kind="quiet"
        class="map-card-title"
        aria-expanded={isOpen}
        aria-controls={body}
        onClick={() => {
          isWanted.value = !isOpen;
        }}
      >
        <Picture name="layers" />
        {t("map.layers")}
      </Button>
      <div id={body} hidden={!isOpen} class="map-card-body">
        {isOpen && <LayerControls />}
      </div>
    </div>
  );
}
