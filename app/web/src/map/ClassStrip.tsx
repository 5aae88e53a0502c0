import { useId } from "preact/hooks";
import { titleOf } from "../api/adaptations";
import { t } from "../i18n/i18n";
import { activeClass, project, step, tool } from "../state";
import { Button, Swatch } from "../ui/ui";

/** The class that the next label gets, on the map, while a tool labels. */
export function ClassStrip() {
  const group = useId();
  if (tool.value !== "point" && tool.value !== "polygon") return null;
  const { classes } = project.value;
  if (classes.length === 0) return <NoClass />;
  return (
    <div class="map-card map-classes" role="radiogroup" aria-label={t("map.classes")}>
      {classes.map((entry, index) => (
        <label key={entry.id} class={activeClass.value === entry.id ? "active" : ""}>
          <input
            type="radio"
            name={group}
            checked={activeClass.value === entry.id}
            onChange={() => {
              activeClass.value = entry.id;
            }}
          />
          <Swatch color={entry.color} />
          {titleOf(entry.name)}
          {index < 10 && (
            <span class="map-key" aria-hidden="true">
              {(index + 1) % 10}
            </span>
          )}
        </label>
      ))}
    </div>
  );
}

function NoClass() {
  return (
    <div class="map-card map-classes">
      <p>{t("map.classes.none")}</p>
      <Button
        onClick={() => {
          step.value = "what";
        }}
      >
        {t("map.classes.make")}
      </Button>
    </div>
  );
}
