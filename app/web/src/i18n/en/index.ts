import { improve } from "./improve";
import { label } from "./label";
import { map } from "./map";
import { shell } from "./shell";
import { take } from "./take";
import { what } from "./what";
import { where } from "./where";

/** Every message of the page, in English; keys ending in _one and _other are plurals. */
export const en = { ...shell, ...where, ...what, ...label, ...map, ...improve, ...take } as const;
