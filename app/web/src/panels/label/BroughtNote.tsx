import { t } from "../../i18n/i18n";
import { project, undo } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { Button, IconButton, ProblemNote } from "../../ui/ui";
import { type Bringing, bringing } from "./bringing";

/** What became of the files that were brought; stays until it is closed. */
export function BroughtNote() {
  const now = bringing.value;
  return (
    <div class="brought" role="status">
      {now && (
        <div class="brought-card">
          <div class="grow">
            <What now={now} />
          </div>
          {now.state !== "reading" && (
            <IconButton
              icon="close"
              kind="quiet"
              label={t("shell.dismiss")}
              onClick={() => {
                bringing.value = null;
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}

function What({ now }: { now: Bringing }) {
  switch (now.state) {
    case "reading":
      return <p>{t("label.reading", { name: now.title })}</p>;
    case "refused":
      return (
        <>
          <p>
            {now.title}: {t("label.brought.nothing")}
          </p>
          <ProblemNote problem={now.problem} />
        </>
      );
    case "tooMany": {
      const { tooMany, count, most } = now.brought;
      return (
        <>
          <p class="problem-title">{t("label.tooMany.title")}</p>
          <p>{t(`label.tooMany.${tooMany}`, { count, most })}</p>
        </>
      );
    }
    case "done":
      return <Done now={now} />;
  }
}

function Done({ now }: { now: Extract<Bringing, { state: "done" }> }) {
  const classes = t("label.brought.classes", { count: now.classes });
  const added = t("label.brought", { count: now.labels, classes });
  const unread = now.unreadable > 0 ? `; ${t("label.brought.unread", { count: now.unreadable })}` : "";
  return (
    <>
      <p>
        {added}
        {unread}.
      </p>
      {now.chosen && <p>{t("label.brought.region", { name: now.chosen })}</p>}
      {now.outside && <p class="error">{t("label.brought.outside", { name: now.outside })}</p>}
      {now.faults.length > 0 && (
        <details>
          <summary>{t("label.brought.why")}</summary>
          <ul>
            {now.faults.map(({ where, reason }) => (
              <li key={where}>
                <code>{where}</code> <ServerWords>{reason}</ServerWords>
              </li>
            ))}
          </ul>
        </details>
      )}
      {now.after === project.value && <Button onClick={undo}>{t("shell.undo")}</Button>}
    </>
  );
}
