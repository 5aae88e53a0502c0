import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { Button, Field, Status } from "../../ui/ui";

/** The address of this page, to keep and to hand on. */
export function PageAddress() {
  const title = useId();
  const state = useSignal<"idle" | "copied" | "by hand">("idle");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href);
      state.value = "copied";
    } catch {
      state.value = "by hand"; // not over HTTP from elsewhere, and not where the user has forbidden it
    }
  };
  return (
    <section class="take-part" aria-labelledby={title}>
      <h3 id={title}>{t("take.address")}</h3>
      <p class="hint">{t("take.address.hint")}</p>
      <div class="row">
        <Button onClick={() => void copy()}>{t("take.address.copy")}</Button>
        {state.value === "copied" && <Status>{t("take.address.copied")}</Status>}
      </div>
      {state.value === "by hand" && (
        <Field label={t("take.address.label")} hint={t("take.address.by.hand")}>
          {(wiring) => (
            <input
              {...wiring}
              readOnly
              value={location.href}
              onFocus={(event) => event.currentTarget.select()}
            />
          )}
        </Field>
      )}
    </section>
  );
}
