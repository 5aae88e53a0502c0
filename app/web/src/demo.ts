import { batch } from "@preact/signals";
import { demo, listImagery } from "./api/server";
import { wantedBox } from "./map/view";
import { begin, projectOf } from "./session";
import { imageries, step, tool } from "./state";

/** The region that comes with Landshot, with its labels, as a project of its own. */
export async function openDemo(): Promise<void> {
  const shown = await demo();
  const listed = await listImagery(); // the server has made it by now
  batch(() => {
    imageries.value = listed;
    const region = { imagery: shown.imagery, bbox: null, start: null, end: null, steps: null };
    begin(projectOf(region, shown, shown.labels));
    wantedBox.value = listed.find((entry) => entry.name === shown.imagery)?.bbox ?? null;
    step.value = "map";
    tool.value = "look";
  });
}
