import { useSignal } from "@preact/signals";
import { t } from "../../i18n/i18n";
import { madeClass } from "../../project/bringing";
import { withClass } from "../../project/edits";
import { LONGEST_NAME, type NameFault, nameFault } from "../../project/naming";
import { activeClass, edit, project, server } from "../../state";
import { Button, Field } from "../../ui/ui";
import { known } from "./known";

/** A class by its name; its colour and value come by themselves. */
export function AddClass() {
  const typed = useSignal("");
  const fault = useSignal<NameFault | null>(null);
  const most = server.value?.limits.max_classes ?? 254;
  const isFull = project.value.classes.length >= most;
  const add = (event: Event): void => {
    event.preventDefault();
    if (isFull) return;
    const { classes } = project.value;
    fault.value = nameFault(typed.value, classes);
    if (fault.value) return;
    const made = madeClass(typed.value, classes, known.value);
    edit((before) => withClass(before, made));
    activeClass.value = made.id;
    typed.value = "";
  };
  return (
    <form onSubmit={add}>
      <Field
        label={t("what.new")}
        hint={isFull ? t("what.new.full", { most }) : undefined}
        error={fault.value ? nameMessage(fault.value) : undefined}
      >
        {(wiring) => (
          <div class="row">
            <input
              {...wiring}
              class="grow"
              autocomplete="off"
              maxLength={LONGEST_NAME}
              disabled={isFull}
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
                fault.value = null;
              }}
            />
            <Button type="submit" disabled={isFull}>
              {t("what.new.add")}
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}

export function nameMessage(fault: NameFault): string {
  return t(`what.fault.name.${fault}`, { most: LONGEST_NAME });
}
