import { render } from "preact";
import { listImagery, serverInfo } from "./api/server";
import { openDemo } from "./demo";
import { startFollowing } from "./follow/follow";
import { startLanguage } from "./i18n/i18n";
import { wantedBox } from "./map/view";
import { regionOf } from "./project/regions";
import { resume, startKeeping } from "./session";
import { startKeys } from "./shell/keys";
import { Shell } from "./shell/Shell";
import { failure, starting } from "./shell/starting";
import { imageries, imagery, open, project, server } from "./state";
import { startTheme } from "./theme";
import "ol/ol.css";
import "./styles/page.css";

/** Everything that is needed before the page can be used; asked for again where the server was away. */
async function start(): Promise<void> {
  starting.value = "loading";
  try {
    server.value = await serverInfo();
    imageries.value = await listImagery();
    if (new URLSearchParams(location.search).has("demo")) {
      await openDemo();
    } else {
      await resume(location.hash);
      chooseOnlyImagery();
    }
    startKeeping();
    startFollowing();
    starting.value = "ready";
  } catch (error) {
    failure(error, start);
  }
}

/** Where there is nothing to choose, nobody is asked. */
function chooseOnlyImagery(): void {
  const listed = imageries.value ?? [];
  const own = listed.filter((entry) => !entry.example);
  const [only, ...others] = own.length > 0 ? own : listed;
  if (only && others.length === 0 && !project.value.region) {
    open({ ...project.value, region: regionOf(only, null, new Date()) });
  }
  const box = project.value.region?.bbox ?? imagery.value?.bbox;
  if (box && !location.hash.includes("view=")) wantedBox.value = box;
}

startTheme();
await startLanguage();
const page = document.getElementById("page");
if (page) render(<Shell />, page);
startKeys();
await start();
