import { beforeAll, describe, expect, it } from "vitest";
import { startLanguage } from "../../src/i18n/i18n";
import { firstSeen, nameOfDate } from "../../src/map/inspector/dates";

beforeAll(startLanguage);

describe("dates of the imagery", () => {
  it("are named by what is known of them", () => {
    expect(nameOfDate({ date: "2025-06-01", day_of_year: 152 }, 0)).toContain("2025");
    expect(nameOfDate({ date: "2025-06-01/2025-08-31", day_of_year: 200 }, 0)).toMatch(/2025.* to .*2025/);
    expect(nameOfDate({ date: null, day_of_year: 152 }, 0)).toContain("152");
    expect(nameOfDate({ date: null, day_of_year: null }, 2)).toContain("3");
  });

  it("begin with the first on which anything was seen", () => {
    expect(firstSeen([{ reflectance: [null, null] }, { reflectance: [null, 0.2] }])).toBe(1);
    expect(firstSeen([{ reflectance: [null] }])).toBe(0);
    expect(firstSeen([])).toBe(0);
  });
});
