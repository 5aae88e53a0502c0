import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n/i18n";
import type { Project } from "../../project/project";
import { edit, project, undo } from "../../state";
import { Button } from "../../ui/ui";

interface Told {
  readonly text: string;
  /** The project as the edit left it: once it is another, "Undo" would undo something else. */
  readonly after: Project;
  readonly isFocused: boolean;
}

const told = signal<Told | null>(null);

/** Change the classes, and say what happened. `isFocused`: what was pressed is gone, so "Undo" takes its focus. */
export function editAndSay(change: (before: Project) => Project, text: string, isFocused = false): void {
  edit(change);
  told.value = { text, after: project.value, isFocused };
}

/** What happened last to the classes, with the way back. */
export function Said() {
  const now = told.value?.after === project.value ? told.value : null;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (now?.isFocused) button.current?.focus();
  }, [now]);
  return (
    <div class="what-said" role="status">
      {now && (
        <>
          <span class="grow">{now.text}</span>
          <Button ref={button} onClick={undo}>
            {t("shell.undo")}
          </Button>
        </>
      )}
    </div>
  );
}
