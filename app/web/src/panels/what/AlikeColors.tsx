import { computed } from "@preact/signals";
import { titleOf } from "../../api/adaptations";
import { t } from "../../i18n/i18n";
import { alikePairs, nextColor } from "../../project/colors";
import { withClassChanged } from "../../project/edits";
import type { LandClass } from "../../project/project";
import { edit, project } from "../../state";
import { Button, Icon } from "../../ui/ui";
import { known } from "./known";

const classes = computed(() => project.value.classes);
const pairs = computed(() => alikePairs(classes.value));

/** Classes whose colours some people cannot tell apart, and a way out. */
export function AlikeColors() {
  const [first, ...others] = pairs.value;
  if (!first) return null;
  const [one, other] = first;
  return (
    <div class="warning what-alike">
      <p>
        <Icon name="warning" /> {t("what.alike", { one: titleOf(one.name), other: titleOf(other.name) })}{" "}
        {others.length > 0 && t("what.alike.more", { count: others.length })}
      </p>
      <Button onClick={() => recolor(other)}>{t("what.alike.change", { name: titleOf(other.name) })}</Button>
    </div>
  );
}

function recolor(entry: LandClass): void {
  const others = project.value.classes.filter((one) => one.id !== entry.id).map((one) => one.color);
  const color = nextColor(others, known.value.palette);
  edit((before) => withClassChanged(before, entry.id, { color }));
}
