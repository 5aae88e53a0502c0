import { head, version } from "../../follow/follow";
import { wantedBox } from "../../map/view";
import { parsePlace } from "../../project/address";
import { EMPTY } from "../../project/project";
import { boxOf, isCatalogue, regionOf } from "../../project/regions";
import { save } from "../../project/saving";
import { begin, resume } from "../../session";
import { imageries, imagery, project } from "../../state";

/** The name of the project that is worked on; null before there is anything in it. */
export function currentProject(): string | null {
  return parsePlace(location.hash).project;
}

export async function openProject(id: string): Promise<void> {
  keep();
  version.value = null; // it is the other project's
  await resume(`#p=${id}`);
  wantedBox.value = boxOf(project.value.region, imagery.value);
}

export function newProject(): void {
  keep();
  const only = imageries.value?.length === 1 ? imageries.value[0] : undefined;
  const region = only && !isCatalogue(only) ? regionOf(only, null, new Date()) : null;
  begin({ ...EMPTY, region });
  wantedBox.value = boxOf(region, imagery.value);
}

/** What was done a moment ago is kept only after another moment, under the name that the project has then. */
function keep(): void {
  const id = currentProject();
  if (id) save(id, { project: project.value, head: head.value });
}
