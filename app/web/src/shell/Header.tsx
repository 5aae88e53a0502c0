import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { LANGUAGES, type Language, language, speak, t } from "../i18n/i18n";
import { news } from "../jobs/news";
import { canRedo, canUndo, redo, step, undo } from "../state";
import { THEMES, type Theme, theme } from "../theme";
import { Button, Field, IconButton } from "../ui/ui";
import { startTour } from "./touring";

/** The page's name, what takes back, what concerns the page itself, and news of a map in the making. */
export function Header() {
  const isOpen = useSignal(false);
  const settings = useId();
  return (
    <header class="header">
      <div class="header-bar">
        <h1>
          <Mark /> Landshot
        </h1>
        <div class="header-tools">
          <IconButton
            icon="undo"
            label={t("shell.undo")}
            disabled={!canUndo.value}
            data-tour="undo"
            aria-keyshortcuts="Control+Z"
            onClick={undo}
          />
          <IconButton
            icon="redo"
            label={t("shell.redo")}
            disabled={!canRedo.value}
            aria-keyshortcuts="Control+Shift+Z"
            onClick={redo}
          />
          <IconButton
            icon="settings"
            label={t("shell.settings")}
            aria-expanded={isOpen.value}
            aria-controls={settings}
            onClick={() => {
              isOpen.value = !isOpen.value;
            }}
          />
          <IconButton icon="help" label={t("shell.help")} data-tour="help" onClick={() => startTour(true)} />
        </div>
      </div>
      <div id={settings} class="settings" hidden={!isOpen.value}>
        <LanguageChoice />
        <ThemeChoice />
      </div>
      <News />
    </header>
  );
}

/** Three fields: what the page makes. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path class="mark-forest" d="M0 0h9v9H0z" />
      <path class="mark-water" d="M9 0h7v16H9z" />
      <path class="mark-field" d="M0 9h9v7H0z" />
    </svg>
  );
}

function LanguageChoice() {
  return (
    <Field label={t("shell.language")}>
      {(wiring) => (
        <select
          {...wiring}
          value={language.value}
          onChange={(event) => void speak(event.currentTarget.value as Language, true)}
        >
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function ThemeChoice() {
  return (
    <Field label={t("shell.theme")}>
      {(wiring) => (
        <select
          {...wiring}
          value={theme.value}
          onChange={(event) => {
            theme.value = event.currentTarget.value as Theme;
          }}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {t(`shell.theme.${name}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Always there, so that screen readers hear of what comes into it. */
function News() {
  return (
    <div role="status" class={news.value ? "news" : "visually-hidden"}>
      {news.value && (
        <>
          <span class="grow">{t(`shell.news.${news.value}`)}</span>
          <Button
            kind="primary"
            onClick={() => {
              step.value = "take";
            }}
          >
            {t("shell.news.look")}
          </Button>
        </>
      )}
    </div>
  );
}
