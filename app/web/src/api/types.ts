import type { Bbox, Geometry, Steps } from "../project/project";

/** Documents of the server, as far as the page reads them (docs/http-api.md). */

export interface ServerInfo {
  readonly version: string;
  readonly keys_required: boolean;
  readonly demo: boolean;
  readonly backdrop: Backdrop | null;
  readonly limits: {
    max_labels: number;
    max_classes: number;
    max_pixels: number;
    answer_at_once_pixels: number;
  };
}

/** A map beneath everything, of the operator's choice. */
export interface Backdrop {
  readonly kind: "xyz" | "wmts";
  /** XYZ: a template with {z}, {x}, {y}; WMTS: the address of the capabilities. */
  readonly url: string;
  readonly layer: string | null;
  readonly attribution: string;
}

export interface Band {
  readonly name: string;
  readonly common_name?: string | null;
  readonly wavelength_nm: number;
}

export interface LayerInfo {
  readonly id: string;
  readonly title: string;
  /** Of an index: values and their colours. */
  readonly ramp?: readonly (readonly [number, string])[];
}

export interface Imagery {
  readonly name: string;
  readonly kind: "file" | "simulated" | "catalogue";
  /** It is the region that comes with Landshot. */
  readonly example?: boolean;
  readonly sensor: string | null;
  readonly title?: string | null;
  readonly date?: string | null;
  readonly dates?: number;
  readonly bbox?: Bbox | null;
  readonly bands?: readonly Band[];
  readonly layers?: readonly LayerInfo[];
  readonly resolution?: readonly [number, number];
  readonly width?: number;
  readonly height?: number;
  /** Of a catalogue: how a period is cut, where nobody says. */
  readonly steps?: Steps;
  readonly max_period_days?: number;
  readonly platforms?: readonly string[];
  readonly collections?: readonly string[];
}

export interface ServerClass {
  readonly value: number;
  readonly name: string;
  readonly title: string;
  readonly color: string;
}

export interface Feature {
  readonly type: "Feature";
  readonly id?: number;
  readonly geometry: Geometry;
  readonly properties: { readonly class: string | number };
}

export interface FeatureCollection {
  readonly type: "FeatureCollection";
  readonly features: readonly Feature[];
}

/** One version of an adaptation. */
export interface Version {
  readonly id: string;
  readonly version: number;
  readonly parent: number | null;
  readonly is_current: boolean;
  readonly created: string;
  readonly change: {
    readonly operations: readonly { op: string; label?: number; class?: string; version?: number }[];
  } & Record<string, unknown>;
  readonly imagery: string;
  readonly legend: readonly ServerClass[];
  readonly labels: number;
  readonly labelled_pixels: Readonly<Record<string, number>>;
  readonly grid: { readonly crs: string; readonly shape: readonly [number, number]; readonly bbox: Bbox };
  readonly dates: number;
  readonly wavelengths_nm: readonly number[];
  readonly notes: readonly string[];
  readonly links: readonly { href: string; rel: string }[];
}

export interface Corrected extends Version {
  readonly changed_labels: {
    readonly added: number[];
    readonly changed: number[];
    readonly removed: number[];
  };
  /** Labels that it goes without, and why. */
  readonly left_out: readonly { readonly where: string; readonly reason: string }[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** What POST /adapt takes. */
export interface AdaptRequest {
  readonly imagery: string;
  readonly bbox?: Bbox;
  readonly labels?: FeatureCollection;
  readonly legend?: readonly ServerClass[];
  readonly start?: string;
  readonly end?: string;
  readonly steps?: string;
}

export interface JobStatus {
  readonly jobID: string;
  readonly status: "accepted" | "running" | "successful" | "failed" | "dismissed";
  readonly message: string;
  readonly progress: number;
  readonly created: string;
  readonly updated: string;
  readonly finished?: string;
  readonly "landshot:stage"?: string;
  readonly "landshot:tiles"?: { done: number; total: number };
  readonly "landshot:seconds_left"?: number;
  readonly "landshot:waiting_for"?: string;
  readonly "landshot:map"?: string;
  readonly "landshot:adaptation"?: { id: string; version: number };
  readonly "landshot:problem"?: {
    type: string;
    title: string;
    detail: string;
    status: number;
    errors?: readonly { where: string; reason: string }[];
  };
}
