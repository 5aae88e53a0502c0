import { useEffect } from "preact/hooks";
import { project, server, tool } from "../../state";
import { PlaceSearch } from "./PlaceSearch";
import { PlanView } from "./PlanView";
import { Projects } from "./Projects";
import { startPlanning } from "./planning";
import { RegionChoice } from "./RegionChoice";
import { SceneChoice } from "./SceneChoice";
import { SeeItWork } from "./SeeItWork";
import "../../styles/where.css";

/** Which imagery, which part of it, and what can be made of that. */
export function Where() {
  useEffect(() => {
    const stop = startPlanning();
    return () => {
      stop();
      // A box is drawn for this step; elsewhere clicks mean something else.
      if (tool.value === "box") tool.value = "look";
    };
  }, []);
  const { region, classes, labels } = project.value;
  const isEmpty = classes.length === 0 && labels.length === 0;
  return (
    <>
      {isEmpty && server.value?.demo && <SeeItWork />}
      <SceneChoice />
      {region && <RegionChoice />}
      {region && <PlanView />}
      <PlaceSearch />
      <Projects />
    </>
  );
}
