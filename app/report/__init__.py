"""A finished map as one page to print: map, legend, areas, accuracy, lineage."""
