import { useId } from "preact/hooks";
import { apiKey } from "../../api/client";
import { head } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { project } from "../../state";
import { Button, Icon } from "../../ui/ui";
import { FileRow, Row } from "./FileRow";
import { type FileOffer, labelFiles, labelsAsGeoJson } from "./files";
import { keepFile } from "./keeping";

/** The labels as files; as GeoJSON also where the server is away, or has not taken them. */
export function LabelDownloads() {
  const title = useId();
  const there = head.value;
  const isEmpty = project.value.labels.length === 0;
  const keep = (): void => {
    const text = JSON.stringify(labelsAsGeoJson(project.peek()), null, 1);
    keepFile(new Blob([text], { type: "application/geo+json" }), "labels.geojson");
  };
  // Addresses below /adaptations cannot be signed; these files are small, so the page fetches them with its key.
  const howNow = (file: FileOffer): FileOffer => (apiKey.value ? { ...file, how: "made" } : file);
  return (
    <section class="take-part" aria-labelledby={title}>
      <h3 id={title}>{t("take.labels")}</h3>
      {isEmpty && <p class="hint">{t("take.labels.none")}</p>}
      {!isEmpty && (
        <ul class="downloads">
          <Row id="geojson">
            <Button class="file" onClick={keep}>
              <Icon name="download" /> {t("take.file.geojson")}
            </Button>
          </Row>
          {there &&
            labelFiles(there.adaptation, there.version).map((file) => (
              <FileRow key={file.id} file={howNow(file)} signature={null} isReady />
            ))}
        </ul>
      )}
    </section>
  );
}
