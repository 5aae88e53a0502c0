import { t } from "../../i18n/i18n";
import { jobStatus, mapShown } from "../../jobs/job";
import { Downloads } from "./Downloads";
import { Earlier } from "./Earlier";
import { LabelDownloads } from "./LabelDownloads";
import { Making } from "./Making";
import { PageAddress } from "./PageAddress";
import "../../styles/take.css";

/** The full map, and all that can be taken away. */
export function Take() {
  const made = jobStatus.value?.status === "successful" ? (jobStatus.value["landshot:map"] ?? null) : null;
  const map = mapShown.value ?? made;
  return (
    <>
      <Making />
      {map && (
        <>
          {!mapShown.value && <p class="warning">{t("take.old")}</p>}
          <Downloads map={map} key={map} />
        </>
      )}
      <LabelDownloads />
      <Earlier />
      <PageAddress />
    </>
  );
}
