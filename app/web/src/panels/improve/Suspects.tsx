import type { Validation } from "../../api/insight";
import { head } from "../../follow/follow";
import { percent, t } from "../../i18n/i18n";
import { wantedPlace } from "../../map/view";
import { project, selected } from "../../state";
import { Button, Swatch } from "../../ui/ui";
import type { Figures } from "./figures";
import { Section } from "./Section";
import { middleOf, type Suspect, suspectsOf } from "./suspects";

/** Labels that the others contradict; each can be gone to. */
export function Suspects({ figures }: { figures: Figures<Validation> }) {
  return (
    <Section title={t("improve.suspects")} figures={figures}>
      {(found) => (
        <List
          suspects={suspectsOf(found.suspicious_labels, head.value, project.value.labels)}
          titles={new Map(found.classes.map(({ name, title }) => [name, title]))}
        />
      )}
    </Section>
  );
}

function List({ suspects, titles }: { suspects: readonly Suspect[]; titles: ReadonlyMap<string, string> }) {
  if (suspects.length === 0) return <p class="hint">{t("improve.suspects.none")}</p>;
  const title = (name: string): string => titles.get(name) ?? name;
  const colors = new Map(project.value.classes.map((entry) => [entry.id, entry.color]));
  return (
    <>
      <p class="hint">{t("improve.suspects.hint")}</p>
      <ul class="suspects">
        {suspects.map(({ label, says, looks, probability }) => (
          <li key={label.id}>
            <Button
              kind="quiet"
              class="with-swatch"
              aria-pressed={selected.value.has(label.id)}
              onClick={() => {
                selected.value = new Set([label.id]);
                wantedPlace.value = middleOf(label);
              }}
            >
              <Swatch color={colors.get(label.classId) ?? "#808080"} />
              <span>
                {t("improve.suspect", {
                  says: title(says),
                  looks: title(looks),
                  share: percent(probability),
                })}
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
