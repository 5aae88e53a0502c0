import { wantedBox } from "../../map/view";
import { parsePlace } from "../../project/address";
import { EMPTY } from "../../project/project";
import { boxOf, isCatalogue, regionOf } from "../../project/regions";
import { begin, resume } from "../../session";
import { imageries, imagery, project } from "../../state";

/** The name of the project that is worked on; null before there is anything in it. */
export function currentProject(): string | null {
  return parsePlace(location.hash).project;
}

export async function openProject(id: string): Promise<void> {
  await resume(`#p=${id}`);
  wantedBox.value = boxOf(project.value.region, imagery.value);
}

export function newProject(): void {
  const only = imageries.value?.length === 1 ? imageries.value[0] : undefined;
  const region = only && !isCatalogue(only) ? regionOf(only, null, new Date()) : null;
  begin({ ...EMPTY, region });
  wantedBox.value = boxOf(region, imagery.value);
}
