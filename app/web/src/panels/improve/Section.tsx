import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { ProblemNote, Status } from "../../ui/ui";
import type { Figures } from "./figures";

/** A heading and the figures below it: dimmed while newer ones are on their way, with what went wrong beside them. */
export function Section<T>({
  title,
  figures,
  children,
}: {
  title: string;
  figures: Figures<T>;
  children: (value: T) => ComponentChildren;
}) {
  const id = useId();
  const { value, of, isOld, problem } = figures.known.value;
  // Each section would say the same of a server that is away or busy, and each asks again by itself.
  const isPassing = problem?.isPassing ?? false;
  return (
    <section class="figures" aria-labelledby={id} aria-busy={!problem && (isOld || of === null)}>
      <h3 id={id}>{title}</h3>
      {isPassing && <Status>{t("improve.waiting")}</Status>}
      {problem && !isPassing && <ProblemNote problem={problem} onRetry={() => figures.again()} />}
      {!problem && of === null && <Status>{t("improve.asking")}</Status>}
      {!problem && of !== null && isOld && <Status>{t("improve.old")}</Status>}
      {of !== null && <div class={`figures-body ${isOld ? "is-old" : ""}`}>{children(value as T)}</div>}
    </section>
  );
}
