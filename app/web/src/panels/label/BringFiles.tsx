import { t } from "../../i18n/i18n";
import { Field } from "../../ui/ui";
import { bringFiles } from "./bringing";

/** Labels from files of the user's own. */
export function BringFiles() {
  return (
    <section class="label-files" aria-labelledby="files-title">
      <h3 id="files-title">{t("label.files")}</h3>
      <Field label={t("label.files.choose")} hint={t("label.files.hint")}>
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            multiple
            accept=".geojson,.json,.csv,.gpkg"
            onChange={(event) => {
              const input = event.currentTarget;
              void bringFiles([...(input.files ?? [])]).then(() => {
                input.value = ""; // the same file again is a change again
              });
            }}
          />
        )}
      </Field>
    </section>
  );
}
