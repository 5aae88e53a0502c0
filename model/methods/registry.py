"""The methods of the harness by name; what they need is imported when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from geodata.errors import LandshotError

if TYPE_CHECKING:
    from model.methods.interface import Method

DEFAULT = "default"
"""The method of the product."""


class UnknownMethodError(LandshotError):
    """A name that no method has."""

    code = "unknown-method"
    title = "There is no such method"


class MissingExtraError(LandshotError):
    """A library that is installed only on request, and is needed now."""

    code = "missing-extra"
    title = "A library is not installed"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a method is."""

    module: str
    function: str
    needs: str = ""
    """A package of the extra `evaluate`."""


METHODS = {
    DEFAULT: Entry("model.methods.default", "default"),
    "scratch": Entry("model.methods.scratch", "scratch"),
    "pretrain": Entry("model.methods.pretrain", "pretrain"),
    "protonet": Entry("model.methods.protonet", "protonet"),
    "ridge": Entry("model.methods.ridge", "ridge"),
    "neural-process": Entry("model.methods.neural_process", "neural_process"),
    "maml": Entry("model.methods.maml", "maml"),
    "fomaml": Entry("model.methods.fomaml", "fomaml"),
    "reptile": Entry("model.methods.reptile", "reptile"),
    "imaml": Entry("model.methods.imaml", "imaml"),
    "meta-sgd": Entry("model.methods.meta_sgd", "meta_sgd"),
    "learned-rates": Entry("model.methods.learned_rates", "learned_rates"),
    "anil": Entry("model.methods.anil", "anil"),
    "scale-and-shift": Entry("model.methods.scale_and_shift", "scale_and_shift"),
    "random-forest": Entry("model.methods.forest", "random_forest", "sklearn"),
    "random-forest+indices": Entry("model.methods.forest", "random_forest_with_indices", "sklearn"),
    "logistic-regression": Entry("model.methods.logistic", "logistic_regression", "sklearn"),
    "logistic-regression+indices": Entry(
        "model.methods.logistic", "logistic_regression_with_indices", "sklearn"
    ),
    "svm": Entry("model.methods.svm", "svm", "sklearn"),
    "svm+indices": Entry("model.methods.svm", "svm_with_indices", "sklearn"),
    "nearest": Entry("model.methods.nearest", "nearest", "sklearn"),
    "nearest+indices": Entry("model.methods.nearest", "nearest_with_indices", "sklearn"),
}
"""Name -> where it is."""

USER_BASELINES = (
    "random-forest",
    "random-forest+indices",
    "logistic-regression",
    "logistic-regression+indices",
    "svm",
    "svm+indices",
    "nearest",
    "nearest+indices",
)
"""What users use already, and what the default is judged against."""


def entry(name: str) -> Entry:
    """Where a method is, once all that it needs is known to be installed.

    Raises:
        UnknownMethodError: no method has this name.
        MissingExtraError: it needs a library that is not installed.
    """
    found = METHODS.get(name)
    if found is None:
        raise UnknownMethodError(f"there is no method {name!r}; there are {', '.join(METHODS)}")
    if found.needs and find_spec(found.needs) is None:
        raise MissingExtraError(
            f"the method {name} needs {found.needs}, which is not installed: pip install 'landshot[evaluate]'"
        )
    return found


def method(name: str) -> Method:
    """Import a method.

    Raises:
        UnknownMethodError, MissingExtraError: see `entry`.
    """
    found = entry(name)
    return cast("Method", getattr(import_module(found.module), found.function))
