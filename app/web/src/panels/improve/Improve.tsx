import { useEffect } from "preact/hooks";
import { areasOf, changesOf, validationOf } from "../../api/insight";
import { version } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { Status } from "../../ui/ui";
import { Areas } from "./Areas";
import { Changes } from "./Changes";
import { Figures } from "./figures";
import { History } from "./History";
import { Suspects } from "./Suspects";
import { Validation } from "./Validation";
import "../../styles/improve.css";

const areas = new Figures(version, areasOf);
const validation = new Figures(version, validationOf);
const changes = new Figures(version, changesOf);

/** How good the map is, where labels are doubtful, and the way back. */
export function Improve() {
  useEffect(() => {
    const ends = [areas, changes, validation].map((figures) => figures.follow());
    return () => {
      for (const end of ends) end();
    };
  }, []);
  if (!version.value) return <Status>{t("improve.none")}</Status>;
  return (
    <>
      <Areas figures={areas} />
      <Suspects figures={validation} />
      <Validation figures={validation} />
      <Changes figures={changes} />
      <History />
    </>
  );
}
