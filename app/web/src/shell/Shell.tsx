import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keyWanted } from "../api/client";
import { version } from "../follow/follow";
import { type Key, t } from "../i18n/i18n";
import { mapShown, startJobs } from "../jobs/job";
import { startNews } from "../jobs/news";
import { MapArea } from "../map/MapArea";
import { Improve } from "../panels/improve/Improve";
import { FileDrop } from "../panels/label/FileDrop";
import { LabelPanel } from "../panels/label/LabelPanel";
import { MapPanel } from "../panels/map/MapPanel";
import { Take } from "../panels/take/Take";
import { What } from "../panels/what/What";
import { Where } from "../panels/where/Where";
import { imagery, project, STEPS, type Step, step } from "../state";
import { Button, ProblemNote } from "../ui/ui";
import { Boundary } from "./Boundary";
import { stepsDone } from "./done";
import { startFailures } from "./failures";
import { Header } from "./Header";
import { KeyNote } from "./KeyNote";
import { Notes } from "./Notes";
import { Steps } from "./Steps";
import { startAgain, starting, startProblem } from "./starting";
import { Tour } from "./Tour";

const PANELS: Record<Step, ComponentType> = {
  where: Where,
  what: What,
  label: LabelPanel,
  map: MapPanel,
  improve: Improve,
  take: Take,
};

/** The page: steps and their panel on one side, the map on the other. */
export function Shell() {
  useEffect(() => {
    const ends = [startFailures(), startJobs(), startNews()];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return (
    <Boundary>
      <main class="panel-side" aria-label="Landshot">
        <Header />
        {starting.value === "ready" ? <Work /> : <Starting />}
      </main>
      <Boundary>
        <MapArea />
      </Boundary>
      {starting.value === "ready" && <Tour />}
      <FileDrop />
    </Boundary>
  );
}

function Starting() {
  const problem = startProblem.value;
  return (
    <div class="panel-scroll">
      {keyWanted.value ? (
        <KeyNote onKey={startAgain} />
      ) : problem ? (
        <ProblemNote problem={problem} onRetry={startAgain} />
      ) : (
        <p class="status" role="status">
          {t("shell.loading")}
        </p>
      )}
    </div>
  );
}

function Work() {
  const done = useComputed(() =>
    stepsDone(project.value, imagery.value?.kind, version.value, mapShown.value),
  );
  const frame = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const here = step.value;
  const Panel = PANELS[here];
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0;
  }, [here]);
  return (
    <>
      <Steps done={done} />
      <div class="panel-scroll" ref={frame}>
        <Notes />
        <section class="panel" aria-labelledby="panel-title" key={here}>
          <h2 id="panel-title" tabIndex={-1} ref={heading}>
            {t(`${here}.title` as Key)}
          </h2>
          <Boundary>
            <Panel />
          </Boundary>
        </section>
      </div>
      <NextStep done={done} onStep={() => requestAnimationFrame(() => heading.current?.focus())} />
    </>
  );
}

/** Stands out once there is nothing more to do here. */
function NextStep({ done, onStep }: { done: ReadonlySignal<ReadonlySet<Step>>; onStep: () => void }) {
  const next = STEPS[STEPS.indexOf(step.value) + 1];
  if (!next) return null;
  return (
    <Button
      kind={done.value.has(step.value) ? "primary" : "plain"}
      class="next"
      onClick={() => {
        step.value = next;
        onStep();
      }}
    >
      {t("shell.next", { name: t(`${next}.title` as Key) })}
    </Button>
  );
}
