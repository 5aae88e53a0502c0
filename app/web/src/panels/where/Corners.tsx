import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { parseSides, SIDES, type Side } from "../../project/boxes";
import type { Bbox } from "../../project/project";
import { Field } from "../../ui/ui";

const EMPTY: Readonly<Record<Side, string>> = { west: "", south: "", east: "", north: "" };

/** A box in four fields. It is taken once all four are right; what is wrong is said as soon as a field is left. */
export function Corners({ box, onBox }: { box: Bbox | null; onBox: (box: Bbox) => void }) {
  const typed = useSignal(textsOf(box));
  const left = useSignal<ReadonlySet<Side>>(new Set());
  const key = box?.join() ?? "";
  useEffect(() => {
    typed.value = textsOf(box);
    left.value = new Set();
  }, [key]);
  const { faults = {} } = parseSides(typed.value);
  const commit = (side: Side): void => {
    left.value = new Set([...left.value, side]);
    const result = parseSides(typed.value);
    if (result.box && result.box.join() !== key) onBox(result.box);
  };
  return (
    <details class="corners">
      <summary>{t("where.corners")}</summary>
      <div class="where-pair">
        {SIDES.map((side) => {
          const fault = left.value.has(side) ? faults[side] : undefined;
          return (
            <Field key={side} label={t(`where.${side}`)} error={fault && t(`where.side.${fault}`)}>
              {(wiring) => (
                <input
                  {...wiring}
                  inputMode="decimal"
                  autocomplete="off"
                  value={typed.value[side]}
                  onInput={(event) => {
                    typed.value = { ...typed.value, [side]: event.currentTarget.value };
                  }}
                  onChange={() => commit(side)}
                />
              )}
            </Field>
          );
        })}
      </div>
    </details>
  );
}

function textsOf(box: Bbox | null): Readonly<Record<Side, string>> {
  if (!box) return EMPTY;
  const [west, south, east, north] = box.map(String);
  return { west: west ?? "", south: south ?? "", east: east ?? "", north: north ?? "" };
}
