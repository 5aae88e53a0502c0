/** Pictures that only the map's buttons have. */
const PATHS = {
  layers: "M12 4l9 5-9 5-9-5zM3.500 13l8.500 4.700 8.500-4.700",
  keys: "M3 7h18v10H3zM7 10.500h.01M11 10.500h.01M15 10.500h.01M18 10.500h.01M8 14h8",
} as const;

export function Picture({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon-picture" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
