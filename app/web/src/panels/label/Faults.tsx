import { computed } from "@preact/signals";
import { standing } from "../../follow/faults";
import { labelFaults } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { project } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { labelOf, showLabel } from "./actions";
import { labelNames } from "./groups";

const faults = computed(() => standing(labelFaults.value, project.value.labels));

const MOST = 5;

/** Labels that the server will not take, in its words. */
export function Faults() {
  const found = [...faults.value];
  if (found.length === 0) return null;
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{t("label.faults", { count: found.length })}</p>
      <p>{t("label.faults.detail")}</p>
      <ul>
        {found.slice(0, MOST).map(([id, { reason }]) => (
          <li key={id}>
            <LabelLink id={id} /> <ServerWords>{reason}</ServerWords>
          </li>
        ))}
      </ul>
      {found.length > MOST && <p>{t("label.others", { count: found.length - MOST })}</p>}
    </div>
  );
}

/** A label by its name; goes there. */
export function LabelLink({ id }: { id: string }) {
  const show = (): void => {
    const label = labelOf(id);
    if (label) showLabel(label);
  };
  return (
    <button type="button" class="label-link" onClick={show}>
      {labelNames.value.get(id)}
    </button>
  );
}
