import { useEffect } from "preact/hooks";
import { t } from "../../i18n/i18n";
import { project } from "../../state";
import { AddClass } from "./AddClass";
import { AlikeColors } from "./AlikeColors";
import { ClassRow } from "./ClassRow";
import { labelCounts } from "./counting";
import { FromFile } from "./FromFile";
import { CommonClasses, FromWorldCover } from "./FromWorldCover";
import { loadLegends } from "./known";
import { Said } from "./said";
import "../../styles/what.css";

/** The classes of the map. */
export function What() {
  useEffect(() => void loadLegends(), []);
  const { classes } = project.value;
  return (
    <>
      {classes.length === 0 && (
        <>
          <p>{t("what.intro")}</p>
          <CommonClasses />
        </>
      )}
      {classes.length > 0 && (
        <section class="what-classes" aria-labelledby="classes-title">
          <h3 id="classes-title">{t("what.classes.count", { count: classes.length })}</h3>
          <ul class="what-list">
            {classes.map((entry, index) => (
              <ClassRow
                key={entry.id}
                entry={entry}
                index={index}
                count={labelCounts.value.get(entry.id) ?? 0}
              />
            ))}
          </ul>
        </section>
      )}
      <Said />
      <AddClass />
      <AlikeColors />
      <FromWorldCover />
      <FromFile />
    </>
  );
}
