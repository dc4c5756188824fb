"""Number types of enums, as the type checker and the runtime each want them.

Enum members are plain integers on the wire. The stubs give every enum a number type of
its own; at run time it is `int`, so that `Kind(77)` names a type nobody has defined.
"""

from typing import TYPE_CHECKING, TypeAlias

from milvus_tck.wire import messages

__all__ = ["NO_KIND", "Consistency", "Kind", "Placeholder", "Show"]

if TYPE_CHECKING:
    Kind: TypeAlias = messages.DataType.ValueType
    Placeholder: TypeAlias = messages.PlaceholderType.ValueType
    Consistency: TypeAlias = messages.ConsistencyLevel.ValueType
    Show: TypeAlias = messages.ShowType.ValueType
else:
    Kind = Placeholder = Consistency = Show = int

#: `DataType.None`, whose name is a keyword here.
NO_KIND = Kind(0)
