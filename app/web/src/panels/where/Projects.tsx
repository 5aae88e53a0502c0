import { useSignal } from "@preact/signals";
import { date, t } from "../../i18n/i18n";
import { type Listed, listed } from "../../project/saving";
import { Button } from "../../ui/ui";
import { currentProject, newProject, openProject } from "./switching";

/** Earlier projects of this browser, to go back to. */
export function Projects() {
  // Read when they are looked at: parsing a score of projects takes a moment.
  const others = useSignal<readonly Listed[] | null>(null);
  const said = useSignal("");
  const look = (): void => {
    const current = currentProject();
    others.value = listed().filter((entry) => entry.id !== current);
  };
  return (
    <details
      class="projects"
      onToggle={(event) => {
        if (event.currentTarget.open) look();
      }}
    >
      <summary>{t("where.projects")}</summary>
      <Button
        onClick={() => {
          newProject();
          said.value = t("where.projects.begun");
          look();
        }}
      >
        {t("where.projects.new")}
      </Button>
      <p class="status" role="status">
        {said.value || (others.value?.length === 0 ? t("where.projects.none") : "")}
      </p>
      <ul class="project-list">
        {(others.value ?? []).map((entry) => (
          <li key={entry.id}>
            <Button
              class="scene"
              aria-label={t("where.projects.open", { name: nameOf(entry).join(", ") })}
              onClick={() =>
                void openProject(entry.id).then(() => {
                  said.value = t("where.projects.opened");
                  look();
                })
              }
            >
              <span class="grow">
                <span class="scene-title">{entry.imagery ?? t("where.projects.noImagery")}</span>
                <span class="muted">{nameOf(entry).slice(1).join(" · ")}</span>
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function nameOf({ imagery, classes, labels, saved }: Listed): [string, ...string[]] {
  return [
    imagery ?? t("where.projects.noImagery"),
    t("where.projects.classes", { count: classes }),
    t("where.projects.labels", { count: labels }),
    date(new Date(saved).toISOString(), true),
  ];
}
