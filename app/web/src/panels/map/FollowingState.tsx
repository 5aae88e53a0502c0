import { titleOf } from "../../api/adaptations";
import type { Corrected, Version } from "../../api/types";
import { follow, following, labelFaults, version } from "../../follow/follow";
import { number, seconds, t } from "../../i18n/i18n";
import { followedIn } from "../../map/measure";
import { isDrawing } from "../../map/view";
import { project, type Step, step } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { Button, ProblemNote, Status, Swatch } from "../../ui/ui";
import { missingOf } from "./missing";

/** Whether the map shows what the labels say, and what is missing where it does not. */
export function FollowingState() {
  const now = following.value;
  if (now.state === "refused") return <ProblemNote problem={now.problem} onRetry={follow} />;
  if (now.state === "waiting") return <Waiting />;
  return (
    <>
      {now.state === "working" && (
        <p class="status map-late" role="status">
          <span class="map-spinner" aria-hidden="true" /> {t("map.working")}
        </p>
      )}
      {now.state === "current" && version.value && <Current of={version.value} />}
      <LeftOut />
    </>
  );
}

function Waiting() {
  const missing = missingOf(project.value, labelFaults.value);
  return (
    <div class="map-waiting">
      <p>{t("map.waiting")}</p>
      <ul>
        {missing.region && <Lack step="where" text={t("map.waiting.region")} />}
        {missing.classes > 0 && (
          <Lack
            step={project.value.classes.length < 2 ? "what" : "label"}
            text={
              missing.classes === 1
                ? t("map.waiting.classes", { count: 1 })
                : t("map.waiting.classes", { count: missing.classes })
            }
          />
        )}
      </ul>
      {missing.counts.length > 0 && (
        <>
          <p>{t("map.waiting.has")}</p>
          <ul class="map-counts">
            {missing.counts.map(({ entry, labels }) => (
              <li key={entry.id}>
                <Swatch color={entry.color} /> {titleOf(entry.name)}: {number(labels)}
              </li>
            ))}
          </ul>
        </>
      )}
      <LeftOut />
    </div>
  );
}

/** Something that is missing, and the way there. */
function Lack({ step: where, text }: { step: Step; text: string }) {
  return (
    <li>
      <Button
        onClick={() => {
          step.value = where;
        }}
      >
        {text}
      </Button>
    </li>
  );
}

function LeftOut() {
  const count = labelFaults.value.size;
  return count > 0 ? <p class="warning">{t("map.waiting.refused", { count })}</p> : null;
}

function Current({ of }: { of: Version }) {
  const adapted = secondsOf(of);
  return (
    <>
      <Status>
        {t(isDrawing.value ? "map.current.drawing" : "map.current", { version: of.version })}{" "}
        {adapted !== null && t("map.current.adapted", { time: seconds(adapted) })}
      </Status>
      {followedIn.value !== null && (
        <p class="hint">{t("map.current.followed", { time: seconds(followedIn.value / 1000) })}</p>
      )}
      {of.notes.length > 0 && (
        <details>
          <summary>{t("map.notes")}</summary>
          <ul class="map-notes">
            {of.notes.map((note) => (
              <li key={note}>
                <ServerWords>{note}</ServerWords>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** The server tells of all of it, or of its stages; of a version that was only looked up, of nothing. */
function secondsOf(of: Version & Partial<Pick<Corrected, "seconds">>): number | null {
  if (!of.seconds) return null;
  return of.seconds.all ?? Object.values(of.seconds).reduce((sum, stage) => sum + stage, 0);
}
