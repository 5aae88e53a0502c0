import { useEffect } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { LayerControls } from "../../map/LayerControls";
import { tool } from "../../state";
import { FollowingState } from "./FollowingState";

/** The step in which the map is looked at. */
export function MapPanel() {
  useEffect(() => {
    tool.value = "look";
  }, []);
  return (
    <>
      <section class="map-state" aria-label={t("map.state")}>
        <FollowingState />
      </section>
      <p class="hint">{t("map.hint")}</p>
      <section aria-labelledby="map-panel-layers">
        <h3 id="map-panel-layers">{t("map.layers")}</h3>
        <LayerControls />
      </section>
    </>
  );
}
