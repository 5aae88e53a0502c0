import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { Problem as ProblemDetails } from "../api/problem";
import { t } from "../i18n/i18n";
import { ServerWords } from "./ServerWords";

/** What all panels are built of: each has a label for those who do not see it. */

type ButtonProps = Omit<JSX.IntrinsicElements["button"], "size"> & {
  kind?: "primary" | "plain" | "quiet" | "danger";
  children?: ComponentChildren;
};

export function Button({ kind = "plain", class: name, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${kind} ${name ?? ""}`}>
      {children}
    </button>
  );
}

/** A button that shows a picture only; `label` is what it says, aloud and as a hint. */
export function IconButton({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, "children"> & { label: string; icon: string }) {
  return (
    <Button {...rest} class={`icon ${rest.class ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </Button>
  );
}

const ICONS: Record<string, string> = {
  undo: "M5 8h9a5 5 0 0 1 0 10H9M5 8l4-4M5 8l4 4",
  redo: "M19 8h-9a5 5 0 0 0 0 10h5M19 8l-4-4M19 8l-4 4",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 17.5v.5",
  look: "M12 5v3M12 16v3M5 12h3M16 12h3M12 12h.01",
  point: "M12 21s6-6.5 6-11a6 6 0 0 0-12 0c0 4.500 6 11 6 11zM12 10h.01",
  polygon: "M5 8l7-4 7 6-3 9H7z",
  box: "M5 6h14v12H5z",
  open: "M13 5h6v6M19 5l-9 9M10 6H5v13h13v-5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  pencil: "M4 20l1-4L16 5l3 3L8 19z",
  merge: "M5 4c0 6 7 5 7 11v5M19 4c0 6-7 5-7 11",
  warning: "M12 4l9 16H3zM12 10v5M12 17.500v.5",
  check: "M5 12l5 5 9-10",
  swipe: "M12 4v16M8 9l-3 3 3 3M16 9l3 3-3 3",
  moon: "M19 14a8 8 0 1 1-9-9 6.500 6.500 0 0 0 9 9z",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon-picture" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name] ?? ""} />
    </svg>
  );
}

/** A label over a control; `hint` and `error` are read with it. The control is given its id and what describes it. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: ComponentChildren;
  children: (wiring: {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: boolean;
  }) => ComponentChildren;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": true } : {}),
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export function Swatch({ color }: { color: string }) {
  return <span class="swatch" style={{ backgroundColor: color }} aria-hidden="true" />;
}

/** A refusal in the server's own words, where what was refused stands. */
export function ProblemNote({ problem, onRetry }: { problem: ProblemDetails; onRetry?: () => void }) {
  const isOffline = problem.code === "offline";
  const translated = isOffline ? "all" : problem.translated;
  const shown = problem.faults.filter((fault) => !problem.detail.includes(fault.reason));
  return (
    <div class="problem" role="alert">
      <p class="problem-title" lang={translated === "nothing" ? "en" : undefined}>
        {isOffline ? t("shell.offline") : problem.title}
      </p>
      <p lang={translated === "all" ? undefined : "en"}>
        {isOffline ? t("shell.offline.detail") : problem.detail}
      </p>
      {shown.length > 0 && (
        <ul>
          {shown.slice(0, 20).map((fault) => (
            <li key={fault.where}>
              <code>{fault.where}</code> <ServerWords>{fault.reason}</ServerWords>
            </li>
          ))}
        </ul>
      )}
      {onRetry && <Button onClick={onRetry}>{t("shell.retry")}</Button>}
    </div>
  );
}

/** How far something is; `value` in per cent, null: it goes on, and nobody knows how far. */
export function Progress({ label, value }: { label: string; value: number | null }) {
  return (
    <div class="progress">
      <progress aria-label={label} max={100} {...(value === null ? {} : { value })} />
      <span class="progress-text">{label}</span>
    </div>
  );
}

/** Said to screen readers when it changes; shown as well. */
export function Status({ children }: { children: ComponentChildren }) {
  return (
    <p class="status" role="status">
      {children}
    </p>
  );
}
