import { t } from "../../i18n/i18n";
import { tool } from "../../state";
import { Icon } from "../../ui/ui";

/** Points or polygons. */
export function ToolChoice() {
  return (
    <fieldset class="label-tools">
      <legend>{t("label.tool")}</legend>
      {(["point", "polygon"] as const).map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="label-tool"
            checked={tool.value === name}
            onChange={() => {
              tool.value = name;
            }}
          />
          <Icon name={name} />
          {t(`label.tool.${name}`)}
        </label>
      ))}
    </fieldset>
  );
}
