"""A copy of the model's modules, in which something may be wrong: the model that everybody imports stays as it is.

copy = ModelCopy.load()
copy["neighbours"].LARGER_IS_NEARER = frozenset({"IP"})
model = copy.model(profile("3.0"))  # takes cosines for distances
"""

import importlib
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources import files
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from milvus_tck.model.model import Model
from milvus_tck.spec.profiles import Profile

__all__ = ["ModelCopy", "model_code"]

_PACKAGE = "milvus_tck.model"
#: What is below the model and no part of it.
_BESIDES = f"{_PACKAGE}.defects"
_LOCK = threading.Lock()


@dataclass(frozen=True)
class ModelCopy:
    """The modules of one copy, by their names below the model: `indexes`, `filters.lists`."""

    modules: Mapping[str, ModuleType]

    @classmethod
    def load(cls, replaced: Mapping[str, CodeType] | None = None) -> "ModelCopy":
        """Import the modules of the model once more, some of them with other code.

        `replaced` has the code of modules by their names. Raises whatever that code raises while it is imported.
        """
        finder = _Finder({**model_code(), **(replaced or {})})
        with _LOCK:
            return cls(_imported(finder))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a module, whose members are put in its place
        """Return a module; raises `KeyError` where there is none of that name."""
        return self.modules[name]

    def replace(self, module: str, name: str, value: object) -> None:
        """Put something into the place of a member of a module, wherever in the copy that was imported to."""
        before = vars(self.modules[module])[name]
        for each in self.modules.values():
            for key, held in list(vars(each).items()):
                if held is before:
                    setattr(each, key, value)

    def model(self, profile: Profile, clock: Callable[[], int] | None = None) -> Model:
        """Make a model of this copy."""
        made: Model = self["model"].Model(profile, clock)
        return made


@cache
def model_code() -> Mapping[str, CodeType]:
    """Return the code of every module of the model, as it stands in its file, which is called `model/indexes.py`."""
    root = Path(str(files(_PACKAGE)))
    found = {}
    for path in sorted(root.rglob("*.py")):
        inner = path.relative_to(root)
        if inner.parts[0] != "defects" and inner.as_posix() != "__init__.py":
            name = ".".join(inner.with_suffix("").parts).removesuffix(".__init__")
            found[name] = compile(path.read_text(encoding="utf-8"), f"model/{inner.as_posix()}", "exec")
    return found


def _imported(finder: "_Finder") -> dict[str, ModuleType]:
    """Import all modules through a finder, and put those that were there before back into their places."""
    own = [name for name in sys.modules if name.startswith(f"{_PACKAGE}.") and not name.startswith(_BESIDES)]
    before = {name: sys.modules.pop(name) for name in own}
    parent = sys.modules[_PACKAGE]
    members = dict(vars(parent))
    sys.meta_path.insert(0, finder)
    try:
        return {name: importlib.import_module(f"{_PACKAGE}.{name}") for name in finder.code}
    finally:
        sys.meta_path.remove(finder)
        for name in [each for each in sys.modules if each.startswith(f"{_PACKAGE}.") and not each.startswith(_BESIDES)]:
            del sys.modules[name]
        sys.modules.update(before)
        vars(parent).clear()
        vars(parent).update(members)


class _Finder(MetaPathFinder, Loader):
    """Brings the modules of the model from code in memory."""

    def __init__(self, code: Mapping[str, CodeType]) -> None:
        self.code = code

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Find a module of the model."""
        name = fullname.removeprefix(f"{_PACKAGE}.")
        if name == fullname or name not in self.code:
            return None
        package = any(each.startswith(f"{name}.") for each in self.code)
        return spec_from_loader(fullname, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        """Run the code of a module in it."""
        exec(self.code[module.__name__.removeprefix(f"{_PACKAGE}.")], vars(module))  # noqa: S102 - the model's own code
