"""Labelled regions of the real world to meta-train on, drawn over the land and built from catalogues."""
