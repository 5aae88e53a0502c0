import { describe, expect, it } from "vitest";
import { formatPlace, type Place, parsePlace } from "../../src/project/address";

const NOWHERE: Place = {
  project: null,
  region: null,
  adaptation: null,
  job: null,
  step: null,
  view: null,
  layer: null,
  beneath: null,
  opacity: null,
  swipe: null,
};

describe("the address of the page", () => {
  it.each<[string, Place]>([
    ["nothing", NOWHERE],
    [
      "everything",
      {
        project: "abc123",
        region: {
          imagery: "Sentinel 2 & more/älter",
          bbox: [179.5, -17.25, -179.5, -16],
          start: "2025-05-01",
          end: "2025-09-30",
          steps: "month",
        },
        adaptation: "0123456789abcdef0123456789abcdef",
        job: "fedcba9876543210fedcba9876543210",
        step: "take",
        view: [12.25, -16.5, 179.75],
        layer: "confidence",
        beneath: "false-color",
        opacity: 0,
        swipe: 100,
      },
    ],
    [
      "a whole image",
      { ...NOWHERE, region: { imagery: "scene", bbox: null, start: null, end: null, steps: null } },
    ],
  ])("is read as it was written: %s", (_, place) => {
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it("can be read by people", () => {
    const place = { ...NOWHERE, view: [13.8512, 52.4, -4.0812345] as const, opacity: 70 };
    expect(formatPlace(place)).toBe("#view=13.85/52.4/-4.08123&opacity=70");
  });

  it.each([
    ["bbox=1,2,3", "three numbers"],
    ["bbox=1,5,3,2", "north below south"],
    ["bbox=1,-91,3,2", "beyond the pole"],
    ["bbox=a,b,c,d", "no numbers"],
    ["bbox=1,,3,4", "an empty one"],
    ["bbox=1,2,Infinity,4", "no finite ones"],
  ])("has no box where it is none: %s (%s)", (part) => {
    expect(parsePlace(`#imagery=scene&${part}`).region?.bbox).toBeNull();
  });

  it.each([
    ["opacity=101", "opacity"],
    ["opacity=-1", "opacity"],
    ["opacity=", "opacity"],
    ["swipe=x", "swipe"],
    ["view=5/91/0", "view"],
    ["view=5", "view"],
    ["job=../../x", "job"],
    ["adaptation=%3Cscript%3E", "adaptation"],
    [`p=${"x".repeat(65)}`, "project"],
  ] as const)("leaves out what makes no sense: %s", (part, member) => {
    expect(parsePlace(`#${part}`)[member]).toBeNull();
  });

  it("takes days and steps only where they are some", () => {
    const place = parsePlace("#imagery=s&start=yesterday&end=2025-01-01&steps=hour");
    expect(place.region).toMatchObject({ start: null, end: "2025-01-01", steps: null });
  });
});
