import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { apiKey } from "../../api/client";
import { historyOf } from "../../api/insight";
import { fileAddress } from "../../api/results";
import type { Version } from "../../api/types";
import { version } from "../../follow/follow";
import { date, t } from "../../i18n/i18n";
import { mapOf, mapShown } from "../../jobs/job";
import { Icon } from "../../ui/ui";

const LOOKED_AT = 100;

/** Maps that were made of other versions of this adaptation. */
export function Earlier() {
  const title = useId();
  const found = useSignal<readonly Version[]>([]);
  const adaptation = version.value?.id;
  const shown = mapShown.value;
  useEffect(() => {
    if (!adaptation) return undefined;
    const ending = new AbortController();
    historyOf(adaptation, LOOKED_AT, ending.signal).then(
      ({ versions }) => {
        found.value = oneOfEach(versions, shown);
      },
      () => undefined, // an extra: what is wrong with the server is said elsewhere
    );
    return () => ending.abort();
  }, [adaptation, shown, found]);
  // Their files are opened by links, which send no key.
  if (found.value.length === 0 || apiKey.value) return null;
  return (
    <section class="take-part" aria-labelledby={title}>
      <h3 id={title}>{t("take.earlier")}</h3>
      <ul class="downloads">
        {found.value.map((each) => (
          <li key={each.version}>
            <a
              class="button file"
              href={fileAddress(`maps/${mapOf(each)}/landcover.zip`, null)}
              download="landcover.zip"
            >
              <Icon name="download" /> {t("take.earlier.of", { version: each.version })}
            </a>
            <p class="hint">
              {t("take.earlier.when", {
                when: date(each.created, true),
                labels: t("take.earlier.labels", { count: each.labels }),
              })}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The newest version of each map but one; versions with the same labels share theirs. */
export function oneOfEach(versions: readonly Version[], but: string | null): Version[] {
  const seen = new Set([but]);
  return versions.filter((each) => {
    const map = mapOf(each);
    if (map === null || seen.has(map)) return false;
    seen.add(map);
    return true;
  });
}
