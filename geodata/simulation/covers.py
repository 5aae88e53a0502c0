"""A region's own land covers: archetypes given their own composition, in the bands of one sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.archetypes import ARCHETYPES, Archetype, Part
from geodata.simulation.materials import STEPS, material
from geodata.simulation.spectra import Floats, Floats32, smooth_curve
from geodata.simulation.themes import GROUPS, THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PARTS = 7
"""Parts that a cover can have: the soil under its plants first, then up to six materials."""

KINDS = 4
"""Kinds of a material that the fields of one cover are blended from."""


@dataclass(frozen=True, slots=True)
class Covers:
    """The land covers of a region, V of them, as spectra of their parts in B bands."""

    spectra: Floats32
    """(V, PARTS, KINDS, STEPS, 3, B): a, b, c of a + b s / (1 - c s) over the cover's soil s."""
    share: Floats
    """(V, PARTS) mean shares, zero where a cover has fewer parts."""
    rung: Floats
    """(V, PARTS) mean place on the ladder, 0..STEPS - 1."""
    spread: Floats
    """(V, PARTS) standard deviation of the place between fields."""
    shade: Floats
    """(V,)."""
    texture: Floats
    """(V,)."""
    evenness: Floats
    """(V,)."""
    variety: float
    """Standard deviation of the log spectra of fields about what their composition says."""
    wavelengths_nm: Floats
    """(B,)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which classes a region has, and which covers belong to each."""

    theme: str
    names: tuple[str, ...]
    """Class names; the first `classes` are the task's, the rest is land that the task does not name."""
    covers: tuple[tuple[int, ...], ...]
    """Class -> its covers, positions in `archetypes`."""
    archetypes: tuple[str, ...]
    """Cover -> name of its archetype."""
    twin_of: tuple[int, ...]
    """Cover -> the cover whose centre it starts from, itself where it has its own."""


def plan_region(
    rng: np.random.Generator, classes: int, *, series: bool = False, theme_name: str | None = None
) -> Plan:
    """Draws a theme and from it the classes of a task, and up to four classes beside it.

    Args:
        rng: source of randomness.
        classes: classes of the task.
        series: for several dates, where themes have other chances.
        theme_name: this theme, a key of `THEMES`, instead of a random one.
    """
    if theme_name is None:
        theme_name = _pick(rng, {n: t.chance * (t.series if series else 1.0) for n, t in THEMES.items()})
    theme = THEMES[theme_name]
    names: list[str] = []
    members: list[tuple[int, ...]] = []
    archetypes: list[str] = []
    twin_of: list[int] = []
    unused = dict(theme.archetypes)
    groups = [name for name, members in GROUPS.items() if any(member in unused for member in members)]
    for _ in range(classes + int(rng.integers(0, 5))):
        title = ""
        if groups and rng.random() < theme.broad:
            title = groups.pop(int(rng.integers(len(groups))))
            chosen, origin = _members(rng, title, unused), -1
        elif archetypes and rng.random() < theme.twins:
            other = int(rng.integers(len(archetypes)))
            chosen, origin = [archetypes[other]], twin_of[other]
        else:
            chosen, origin = _choose(rng, theme, unused, several=rng.random() < theme.mixed), -1
        first = len(archetypes)
        archetypes += chosen
        twin_of += [origin] if origin >= 0 else list(range(first, len(archetypes)))
        members.append(tuple(range(first, len(archetypes))))
        names.append(title or " + ".join(chosen))
    return Plan(theme_name, tuple(names), tuple(members), tuple(archetypes), tuple(twin_of))


def _choose(rng: np.random.Generator, theme: Theme, unused: dict[str, float], *, several: bool) -> list[str]:
    chosen = []
    for _ in range(int(rng.integers(2, 6)) if several else 1):
        name = _pick(rng, unused or dict(theme.archetypes))
        unused.pop(name, None)
        if name not in chosen:
            chosen.append(name)
    return chosen


def _members(rng: np.random.Generator, group: str, unused: dict[str, float]) -> list[str]:
    """Two to five archetypes of a group that no class has yet, or whatever is left of it; also rare ones."""
    left = [name for name in GROUPS[group] if name in unused or rng.random() < 0.5] or list(GROUPS[group])
    chosen = [str(name) for name in rng.permutation(left)[: int(rng.integers(2, 6))]]
    for name in GROUPS[group]:
        unused.pop(name, None)
    return chosen


def _pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    edges = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(edges, rng.random() * edges[-1]))]


def draw_covers(
    rng: np.random.Generator,
    plan: Plan,
    response: Floats32,
    wavelengths_nm: Floats,
    *,
    mild: bool = False,
    archetypes: Mapping[str, Archetype] = ARCHETYPES,
    dryness: float = 1.0,
) -> Covers:
    """Gives every cover of a plan its composition and computes it in the sensor's bands.

    Args:
        rng: source of randomness.
        plan: the covers.
        response: (211, B) from `band_response`.
        wavelengths_nm: (B,).
        mild: a region of green fields that are much alike, for scenes to look at.
        archetypes: what the names of the plan stand for.
        dryness: factor on the region's dry season; less where the calendar of a series brings it.
    """
    count, bands = len(plan.archetypes), wavelengths_nm.size
    local = _Region(rng, mild=mild, dryness=dryness)
    own: list[_Centre] = []
    for name, origin in zip(plan.archetypes, plan.twin_of, strict=True):
        own.append(_Centre(rng, archetypes[name], local, twin=own[origin] if origin < len(own) else None))
    share, rung, spread = (np.zeros((count, PARTS)) for _ in range(3))
    plain: list[Floats32] = []
    canopy: list[Floats32] = []
    where: list[tuple[int, int, bool]] = []
    for i, centre in enumerate(own):
        used = slice(0, len(centre.parts))
        share[i, used], rung[i, used], spread[i, used] = centre.share, centre.rung, centre.spread
        for j, (part, target) in enumerate(zip(centre.parts, centre.targets, strict=True)):
            bank = material(part.material)
            kinds = _near(rng, bank.composition, target, local.reach)
            leafy = bank.spectra.shape[2] == 3
            (canopy if leafy else plain).append(bank.spectra[kinds])
            where.append((i, j, leafy))
    spectra = np.zeros((count, PARTS, KINDS, STEPS, 3, bands), dtype=np.float32)
    own_curve = np.exp(0.04 * smooth_curve(rng, wavelengths_nm, len(where))).astype(np.float32)
    pools = {
        True: iter(np.stack(canopy) @ response) if canopy else iter(()),
        False: iter(np.stack(plain) @ response),
    }
    for (i, j, leafy), curve in zip(where, own_curve, strict=True):
        spectra[i, j, :, :, : 3 if leafy else 1] = next(pools[leafy])
        spectra[i, j, :, :, 0] *= curve
    kinds_of = [archetypes[name] for name in plan.archetypes]
    wild = np.exp(0.3 * rng.standard_normal((3, count)))
    return Covers(
        spectra, share, rung, spread,
        shade=np.minimum(np.array([k.shade for k in kinds_of]) * wild[0], 0.7),
        texture=np.array([k.texture for k in kinds_of]) * wild[1],
        evenness=np.array([k.evenness for k in kinds_of]) * wild[2] / local.looseness,
        variety=float(np.exp(rng.normal(-4.0, 0.5))) * (0.5 if mild else 1.0), wavelengths_nm=wavelengths_nm,
    )  # fmt: skip


class _Region:
    """What all covers of a region share: its rocks and soils, its waters, its season."""

    def __init__(self, rng: np.random.Generator, *, mild: bool, dryness: float) -> None:
        calm = 0.3 if mild else 1.0
        self.dryness = dryness * float(np.clip(rng.normal(0.2 * calm, 0.3 * calm), 0.0, 1.0))
        self.greenness = float(
            rng.normal(0.0, 0.10 * calm)
        )  # leaf area of all plants of the region, in ladder lengths
        self.variety = float(np.exp(rng.normal(-0.4, 0.5 * calm)))
        # How far fields stray from their class: real tasks reach from nearly separable to hardly so.
        compact = bool(rng.random() < 0.5)
        usual = -0.5 if mild else (-1.5 if compact else -0.8)
        self.looseness = float(np.exp(rng.normal(usual, 0.6 * calm)))
        # How unlike the stands, lakes or roofs of one class are: from one kind to a third of all there are.
        self.reach = 0.0 if mild else float(rng.uniform(0.0, 0.1 if compact else 0.35))
        self._rng = rng
        self._base: dict[str, Floats] = {}
        self._shift: dict[str, Floats] = {}

    def target(self, part: Part) -> Floats:
        """Composition of a part here: the archetype's moved by the region, or the region's own."""
        family = part.material.rpartition(" ")[2]  # all floors lie under the same water
        names = material(part.material).parameters
        if family not in self._base:
            self._base[family] = self._rng.uniform(0.05, 0.95, len(names))
            self._shift[family] = self._rng.normal(0.0, 0.08, len(names))
        given = np.array([part.composition.get(name, np.nan) for name in names])
        return np.where(np.isnan(given), self._base[family], given + self._shift[family])


class _Centre:
    """One cover's own centre: parts, shares, rungs and compositions."""

    share: Floats
    rung: Floats
    spread: Floats
    targets: list[Floats]

    def __init__(
        self, rng: np.random.Generator, archetype: Archetype, region: _Region, twin: _Centre | None
    ) -> None:
        self.parts = (Part("soil", 1.0, archetype.wetness), *archetype.parts)
        size = len(self.parts)
        shares = np.array([p.share for p in self.parts])
        shares[0] = 0.0  # the soil under the plants shows through them, not beside them
        rungs = np.array([p.rung for p in self.parts])
        season = np.array([p.season for p in self.parts])
        leafy = np.array([p.material == "plant" for p in self.parts])
        if twin is None:
            rungs = rungs + leafy * region.greenness - 0.25 * season * region.dryness
            targets = [region.target(p) for p in self.parts]
            width = region.variety
        else:
            shares, rungs, targets = (
                twin.share.copy(),
                twin.rung / (STEPS - 1),
                [t.copy() for t in twin.targets],
            )
            width = region.variety * rng.uniform(0.3, 1.0)
        moves = rng.standard_normal((2, size))
        self.share = shares * np.exp(0.35 * width * moves[0])
        self.share /= self.share.sum()
        self.rung = (STEPS - 1) * np.clip(rungs + 0.09 * width * moves[1], 0.0, 1.0)
        self.spread = (STEPS - 1) * region.looseness * np.array([p.spread for p in self.parts])
        self.targets = [np.clip(t + 0.09 * width * rng.standard_normal(t.size), 0.0, 1.0) for t in targets]
        if twin is None:
            for part, target in zip(self.parts, self.targets, strict=True):
                if part.season:
                    dry = part.season * region.dryness
                    target[1] *= 1.0 - 0.6 * dry  # chlorophyll
                    target[4] = min(1.0, target[4] + 0.35 * dry)  # brown pigment
                    target[5] *= 1.0 - 0.3 * dry  # water


def _near(rng: np.random.Generator, composition: Floats32, target: Floats, reach: float) -> NDArray[np.intp]:
    """Kinds from among the `reach` (share) closest to a target: a cover is never as uniform as its mean."""
    distance = ((composition - target.astype(np.float32)) ** 2).sum(axis=1)
    among = min(max(3 * KINDS, int(reach * distance.size)), distance.size - 1)
    return rng.permutation(np.argpartition(distance, among)[:among])[:KINDS]
