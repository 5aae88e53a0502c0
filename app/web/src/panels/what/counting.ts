import { computed } from "@preact/signals";
import { countsOf } from "../../project/warnings";
import { project } from "../../state";

/** Class -> how many labels it has. */
export const labelCounts = computed(() => countsOf(project.value.labels));
