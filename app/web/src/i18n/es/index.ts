import { withMillions } from "../translated";
import { improve } from "./improve";
import { label } from "./label";
import { map } from "./map";
import { shell } from "./shell";
import { take } from "./take";
import { what } from "./what";
import { where } from "./where";

/** Every message of the page, in Spanish. */
export const messages = withMillions({ ...shell, ...where, ...what, ...label, ...map, ...improve, ...take });
