import { signal } from "@preact/signals";
import type DataTile from "ol/DataTile";
import ImageTileSource from "ol/source/ImageTile";
import { address, apiKey, query } from "../api/client";
import type { Version } from "../api/types";
import type { Region } from "../project/project";

/** Pixels a side: few large tiles come sooner than many small ones. */
const TILE = 512;

/** Tiles kept in memory, a megabyte each. */
export const MOST_TILES = 96;

export function mapTiles(version: Version, layer: string): string {
  const parameters = query({ version: version.version, layer, tilesize: TILE });
  return `${address(`tiles/${version.id}/`)}{z}/{x}/{y}.png${parameters}`;
}

export function imageryTiles(region: Region, layer: string): string {
  const parameters = query({
    layer,
    tilesize: TILE,
    bbox: region.bbox?.join(",") ?? null,
    start: region.start,
    end: region.end,
    steps: region.steps,
  });
  return `${address(`imagery/${encodeURIComponent(region.imagery)}/tiles/`)}{z}/{x}/{y}.png${parameters}`;
}

/**
 * Pictures of the server: one layer after the other, and the tiles of the one before are shown until the new ones are
 * there (OpenLayers does that for sources whose key changes).
 *
 * They are fetched, because images cannot send an API key; and what nobody looks at any more is not waited for.
 */
export class Pictures extends ImageTileSource {
  /** Tiles that are on their way. */
  readonly pending = signal(0);
  private template = "";
  private readonly loads = new Map<AbortController, readonly [number, number, number]>();
  /** Templates -> how often tiles of them could not be had: OpenLayers does not ask again for those of the same key. */
  private readonly failures = new Map<string, number>();

  constructor() {
    super({ tileSize: TILE, maxZoom: 22, transition: 0, interpolate: false });
    this.on("tileloaderror", ({ tile }) => {
      const isAborted = (tile as DataTile).getError()?.name === "AbortError";
      // It may be wanted again; not before OpenLayers has taken note that it is no longer under way.
      if (isAborted) queueMicrotask(() => tile.setState(IDLE));
    });
  }

  /** Show tiles of another address from now on; whether it is another one. */
  show(template: string): boolean {
    if (template === this.template) return false;
    for (const load of this.loads.keys()) load.abort();
    this.template = template;
    this.setLoader((z, x, y) => this.load(template, z, x, y));
    this.again();
    if (this.getState() !== "ready") this.setState("ready");
    return true;
  }

  /** Ask once more for the tiles that could not be had; where there are none, nothing happens. */
  again(): void {
    if (this.template) this.setKey(`${this.template}#${this.failures.get(this.template) ?? 0}`);
  }

  /** Stop waiting for tiles outside of what is looked at. */
  dropOutside(extent: number[], resolution: number): void {
    const grid = this.getTileGrid();
    if (!grid) return;
    const zoom = grid.getZForResolution(resolution, this.zDirection);
    const range = grid.getTileRangeForExtentAndZ(extent, zoom);
    const columns = 2 ** zoom;
    for (const [load, [z, x, y]] of this.loads) {
      // The loader is told columns of the one world, the view may lie in another.
      const along = (((x - range.minX) % columns) + columns) % columns;
      const isSeen = z === zoom && along <= range.maxX - range.minX && y >= range.minY && y <= range.maxY;
      if (!isSeen) load.abort();
    }
  }

  private async load(template: string, z: number, x: number, y: number): Promise<ImageBitmap> {
    const place = template.replace("{z}", `${z}`).replace("{x}", `${x}`).replace("{y}", `${y}`);
    const load = new AbortController();
    this.loads.set(load, [z, x, y]);
    this.pending.value = this.loads.size;
    try {
      return await picture(place, load.signal);
    } catch (error) {
      if (!load.signal.aborted) this.failures.set(template, (this.failures.get(template) ?? 0) + 1);
      throw error;
    } finally {
      this.loads.delete(load);
      this.pending.value = this.loads.size;
    }
  }
}

/** `TileState.IDLE` of OpenLayers. */
const IDLE = 0;

const LONGEST_PAUSE_S = 15;

/** Statuses of a server, or of a proxy before it, that will do what it was asked for later. */
const PASSING = new Set([429, 502, 503, 504]);

/** One picture; asked for until it is there, is refused for good, or is no longer wanted. */
async function picture(place: string, signal: AbortSignal): Promise<ImageBitmap> {
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_S)) {
    const response = await fetch(place, {
      headers: {
        // A region without any picture is not worth a tile's refusal: the plan says why.
        prefer: "handling=lenient",
        ...(apiKey.value ? { authorization: `Bearer ${apiKey.value}` } : {}),
      },
      signal,
    }).catch((error: unknown) => {
      if (error instanceof TypeError) return null; // the server is away; the page says so elsewhere
      throw error;
    });
    if (response?.status === 204) return await createImageBitmap(new ImageData(1, 1));
    if (response?.ok) return await createImageBitmap(await response.blob());
    if (response && !PASSING.has(response.status)) throw new Error(`${response.status} for ${place}`);
    await passed(Number(response?.headers.get("retry-after")) || pause, signal);
  }
}

/** Some seconds, unless there is nothing left to wait for. */
function passed(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
