import { describe, expect, test } from "vitest";
import { parseCoordinates } from "../../src/project/coordinates";

/** Latitude and longitude of a text, to the centimetre; null: it is no place. */
function latLon(text: string): [number, number] | null {
  const found = parseCoordinates(text);
  if (found.kind !== "place") return null;
  return [Number(found.place[1].toFixed(7)), Number(found.place[0].toFixed(7))];
}

const ABERYSTWYTH: [number, number] = [52.41, -4.08];

describe("a place is found however it is written", () => {
  test.each([
    "52.41, -4.08",
    "52.41 -4.08",
    "52.41,-4.08",
    "52.41;-4.08",
    "  52.41\t-4.08 ",
    "+52.41 -4.08",
    "52.41, −4.08", // a typographic minus
    "52,41; -4,08",
    "52,41 -4,08",
    "52,41, -4,08",
    "52,41;-4,08",
    "-4.08 52.41 lonlat",
    "lonlat -4.08, 52.41",
    "lon,lat: -4.08, 52.41",
    "lat/lon 52.41 -4.08",
    "lat 52.41 lon -4.08",
    "lon: -4.08, lat: 52.41",
    "latitude=52.41 longitude=-4.08",
    "52.41N 4.08W",
    "52.41n, 4.08w",
    "52.41° N, 4.08° W",
    "52,41 N; 4,08 W",
    "N52.41 W4.08",
    "N 52.41, W 4.08",
    "4.08W 52.41N",
    "52°24'36\"N 4°4'48\"W",
    "52° 24′ 36″ N, 4° 4′ 48″ W",
    "52º24’36”N 4º4’48”W",
    "52°24'36''N 4°4'48''W",
    "N 52° 24' 36\" W 4° 4' 48\"",
    "52 24 36 N 4 4 48 W",
    "52 24.6 N 4 4.8 W",
    "52°24.6'N, 4°4.8'W",
    "52°24'36\", -4°4'48\"",
    "52°24'36\" -4°4'48\"",
    "52.41°, -4.08°",
    "52.41° -4.08°",
    "(52.41, -4.08)",
    "[52.41, -4.08]",
  ])("%s", (text) => {
    expect(latLon(text)).toEqual(ABERYSTWYTH);
  });

  test("minutes and seconds count in the direction of the sign", () => {
    expect(latLon("-0°30', 0°30'")).toEqual([-0.5, 0.5]);
    expect(latLon("33°52'04\"S 151°12'36\"E")).toEqual([-33.8677778, 151.21]);
  });

  test("whole numbers between commas are no decimal commas", () => {
    expect(latLon("52,4")).toEqual([52, 4]);
    expect(latLon("52, -4")).toEqual([52, -4]);
  });

  test("beyond 90 degrees it is a longitude, whatever comes first", () => {
    expect(latLon("-120.5 45.2")).toEqual([45.2, -120.5]);
  });

  test("poles and the antimeridian are places", () => {
    expect(latLon("-90 180")).toEqual([-90, 180]);
  });
});

describe("four numbers are a box", () => {
  test.each([
    ["-4.2, 52.3, -4.0, 52.5", [-4.2, 52.3, -4, 52.5]],
    ["[-4.2,52.3,-4.0,52.5]", [-4.2, 52.3, -4, 52.5]],
    ["-4,2 52,3 -4,0 52,5", [-4.2, 52.3, -4, 52.5]],
    ["-4,2; 52,3; -4,0; 52,5", [-4.2, 52.3, -4, 52.5]],
    ["52.5N 4.2W 52.3N 4.0W", [-4.2, 52.3, -4, 52.5]],
    // South, west, north, east: in the other order north would be beyond the pole.
    ["45, 150, 46, 151", [150, 45, 151, 46]],
  ])("%s", (text, box) => {
    expect(parseCoordinates(text)).toEqual({ kind: "box", box });
  });

  test("one without any area is none", () => {
    expect(parseCoordinates("-4, 52, -4, 52")).toEqual({ kind: "fault", fault: "box" });
  });
});

describe("what is no place says why", () => {
  test.each([
    ["", "empty"],
    ["   ", "empty"],
    ["52.41", "count"],
    ["1 2 3", "count"],
    ["1 2 3 4 5", "count"],
    ["Aberystwyth", "unreadable"],
    ["52.41N 4.08N", "unreadable"],
    ["52.41N -4.08W", "unreadable"],
    ["52°61'N 4°W", "unreadable"],
    ["52.5°30'N 4°W", "unreadable"],
    ["5.2.1 4", "unreadable"],
    ["52.41 4.08'", "unreadable"],
    ["91, 92", "latitude"],
    ["52.41, 181", "longitude"],
    ["95N 4W", "latitude"],
  ])("%j: %s", (text, fault) => {
    expect(parseCoordinates(text)).toEqual({ kind: "fault", fault });
  });
});
