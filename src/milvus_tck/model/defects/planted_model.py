"""A model with one of the defects that are known by name."""

from milvus_tck.model.defects import filter_defects, life_cycle_defects, row_defects, search_defects
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.plants import plants

__all__ = ["DEFECTS", "planted"]

#: The modules that declare defects, so that all of them are declared.
_MODULES = (search_defects, filter_defects, row_defects, life_cycle_defects)
#: The names of all defects, in order.
DEFECTS: tuple[str, ...] = tuple(sorted(plants()))


def planted(name: str) -> ModelCopy:
    """Return a copy of the model with a defect in it; raises `KeyError` where none has that name."""
    plant = plants()[name]
    copy = ModelCopy.load()
    plant(copy)
    return copy
