import type { ReadonlySignal } from "@preact/signals";
import { type Key, t } from "../i18n/i18n";
import { STEPS, type Step, step } from "../state";
import { Icon } from "../ui/ui";

/** The six steps; each can be gone to at any time, and shows whether it has what it is there for. */
export function Steps({ done }: { done: ReadonlySignal<ReadonlySet<Step>> }) {
  return (
    <nav class="steps" aria-label={t("shell.steps")} data-tour="steps">
      <ol>
        {STEPS.map((name, index) => {
          const isDone = done.value.has(name);
          return (
            <li key={name}>
              <button
                type="button"
                class={isDone ? "is-done" : ""}
                aria-current={step.value === name ? "step" : undefined}
                aria-keyshortcuts={`Alt+${index + 1}`}
                data-tour={name}
                onClick={() => {
                  step.value = name;
                }}
              >
                <span class="step-number">{isDone ? <Icon name="check" /> : index + 1}</span>
                <span class="step-name">
                  {isDone && <span class="visually-hidden">{index + 1} </span>}
                  {t(`${name}.title` as Key)}
                  {isDone && <span class="visually-hidden">, {t("shell.done")}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
