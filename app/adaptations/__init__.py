"""Adaptations that are kept: a model of a region, its labels, and how both came about, version by version."""
