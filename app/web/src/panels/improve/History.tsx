import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { historyOf } from "../../api/insight";
import { type Problem, problemOf } from "../../api/problem";
import type { Version } from "../../api/types";
import { following, returnTo, version } from "../../follow/follow";
import { date, type Key, t } from "../../i18n/i18n";
import { shownVersion } from "../../map/view";
import { Button, ProblemNote, Status } from "../../ui/ui";
import { Figures } from "./figures";
import { type Deed, deedsOf } from "./history";
import { Section } from "./Section";

const AT_A_TIME = 20;
const MOST = 1000;

/** The versions of the adaptation, the newest first, and the way back to each. */
export function History() {
  const limit = useSignal(AT_A_TIME);
  const problem = useSignal<Problem | null>(null);
  const isReturning = useSignal(false);
  const returned = useSignal<{ to: number; as: number | undefined } | null>(null);
  const figures = useMemo(
    () => new Figures(version, (of, signal) => historyOf(of.id, limit.peek(), signal)),
    [limit],
  );
  useEffect(() => figures.follow(), [figures]);
  // An older version is looked at until there is a newer one.
  const current = version.value;
  useEffect(() => {
    if (current && shownVersion.peek() && !isReturning.peek()) shownVersion.value = null;
  }, [current, isReturning]);
  useEffect(() => leave, []);

  const comeBack = async (number: number): Promise<void> => {
    problem.value = null;
    isReturning.value = true;
    try {
      await returnTo(number);
      returned.value = { to: number, as: version.value?.version };
      leave();
    } catch (thrown) {
      problem.value = problemOf(thrown);
    } finally {
      isReturning.value = false;
    }
  };

  return (
    <Section title={t("improve.history")} figures={figures}>
      {({ versions, numberMatched }) => (
        <>
          {problem.value && <ProblemNote problem={problem.value} />}
          {returned.value && returned.value.as === current?.version && (
            <Status>{t("improve.returned", { version: returned.value.to })}</Status>
          )}
          <Looking />
          <ol class="history">
            {versions.map((each) => (
              <Entry
                key={each.version}
                of={each}
                isCurrent={each.version === current?.version}
                isBusy={isReturning.value || following.value.state !== "current"}
                onReturn={() => void comeBack(each.version)}
              />
            ))}
          </ol>
          {versions.length < Math.min(numberMatched, MOST) && (
            <Button
              onClick={() => {
                limit.value = Math.min(MOST, limit.value * 5);
                figures.again();
              }}
            >
              {t("improve.older")}
            </Button>
          )}
        </>
      )}
    </Section>
  );
}

function leave(): void {
  shownVersion.value = null;
}

/** Says that the map is not the current one, for as long as that is so. */
function Looking() {
  const shown = shownVersion.value;
  if (!shown) return null;
  return (
    <div class="warning row">
      <Status>{t("improve.showing", { version: shown.version })}</Status>
      <Button onClick={leave}>{t("improve.show.current")}</Button>
    </div>
  );
}

function Entry({
  of,
  isCurrent,
  isBusy,
  onReturn,
}: {
  of: Version;
  isCurrent: boolean;
  isBusy: boolean;
  onReturn: () => void;
}) {
  const isShown = shownVersion.value?.version === of.version;
  return (
    <li aria-current={isCurrent ? "true" : undefined}>
      <p class="history-title">
        <strong>{t("improve.version", { version: of.version })}</strong>{" "}
        {isCurrent && <span class="badge">{t("improve.version.current")}</span>}
      </p>
      <p>{deedsOf(of).map(words).join(", ")}</p>
      <p class="hint">
        <time dateTime={of.created}>{date(of.created, true)}</time> ·{" "}
        {t("improve.version.labels", { count: of.labels })}
      </p>
      {!isCurrent && (
        <div class="row">
          <Button disabled={isBusy} onClick={onReturn}>
            {t("improve.return", { version: of.version })}
          </Button>
          <Button
            aria-pressed={isShown}
            onClick={() => {
              shownVersion.value = isShown ? null : of;
            }}
          >
            {t("improve.show", { version: of.version })}
          </Button>
        </div>
      )}
    </li>
  );
}

function words(deed: Deed): string {
  const { did, ...numbers } = deed;
  return t(`improve.did.${did}` as Key, numbers);
}
