"""Scenes from STAC catalogues."""
