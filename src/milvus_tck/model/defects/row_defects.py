"""Defects of rows that come and go: insertions, upserts, deletions, and how they are counted."""

from typing import Any

import numpy as np

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.plants import defect, effecting
from milvus_tck.model.defects.search_defects import collection_in

__all__: list[str] = []

#: A hybrid timestamp before all others.
_LONG_AGO = 1


def _without(copy: ModelCopy, module: str, name: str) -> None:
    """Take a check away."""
    copy.replace(module, name, lambda *_arguments, **_options: None)


@defect("deleted-rows-return-with-load")
def _deleted_rows_return_with_load(copy: ModelCopy) -> None:
    alive = copy["table"].ALIVE

    def change(state: Any, request: Any, _response: Any) -> None:
        collection_in(state, request).table._gone.values[:] = alive

    effecting(copy, "LoadCollection", change)


@defect("flushed-rows-survive-delete")
def _flushed_rows_survive_delete(copy: ModelCopy) -> None:
    def change(state: Any, request: Any, response: Any) -> None:
        table = collection_in(state, request).table
        table._gone.values[table.flushed & (table._gone.values == response.timestamp)] = copy["table"].ALIVE

    effecting(copy, "Delete", change)


@defect("delete-by-other-field-has-no-effect")
def _delete_by_other_field_has_no_effect(copy: ModelCopy) -> None:
    handlers, answers = copy["model"]._HANDLERS, copy["answers"]
    before = handlers["Delete"]

    def handler(state: Any, request: Any) -> Any:
        found = before(state, request)
        if request.expr.lstrip().startswith(collection_in(state, request).key.name):
            return found
        return answers.RightAnswers((answers.RightAnswer(found.canonical.response),))

    handlers["Delete"] = handler


@defect("upsert-leaves-old-rows")
def _upsert_leaves_old_rows(copy: ModelCopy) -> None:
    handlers = copy["model"]._HANDLERS
    before, store = handlers["Upsert"], copy["table"].RowStore

    def handler(state: Any, request: Any) -> Any:
        found = before(state, request)
        effect = found.canonical.effect
        delete = store.delete

        def both(response: Any) -> None:
            store.delete = lambda *_arguments: None
            try:
                effect(response)
            finally:
                store.delete = delete

        object.__setattr__(found.canonical, "effect", both)
        return found

    handlers["Upsert"] = handler


@defect("upsert-loses-a-row")
def _upsert_loses_a_row(copy: ModelCopy) -> None:
    def change(state: Any, request: Any, response: Any) -> None:
        table = collection_in(state, request).table
        last = np.zeros(len(table), np.bool_)
        last[-1:] = True
        table.delete(last, response.timestamp)

    effecting(copy, "Upsert", change)


@defect("rows-missing-after-second-load")
def _rows_missing_after_second_load(copy: ModelCopy) -> None:
    released: set[int] = set()

    def release(state: Any, request: Any, _response: Any) -> None:
        released.add(collection_in(state, request).id)

    def load(state: Any, request: Any, _response: Any) -> None:
        collection = collection_in(state, request)
        if collection.id in released and len(collection.table):
            collection.table._gone.values[-1] = _LONG_AGO

    effecting(copy, "ReleaseCollection", release)
    effecting(copy, "LoadCollection", load)


@defect("rows-of-dropped-partition-counted")
def _rows_of_dropped_partition_counted(copy: ModelCopy) -> None:
    store = copy["table"].RowStore
    store.drop = lambda _self, _partition: None
    before = copy["statistics"].collection_statistics
    handlers, counted, pair = copy["model"]._HANDLERS, copy["statistics"]._counted, copy["statistics"]._pair

    def handler(state: Any, request: Any) -> Any:
        response = before(state, request).canonical.response
        flushed = int(collection_in(state, request).table.flushed.sum())
        del response.stats[:]
        response.stats.append(pair(flushed))
        return counted(response, flushed, flushed)

    handlers["GetCollectionStatistics"] = handler


@defect("rows-of-dropped-partition-found")
def _rows_of_dropped_partition_found(copy: ModelCopy) -> None:
    store = copy["table"].RowStore

    def drop(self: Any, partition: int) -> None:
        others = self.partitions[self.partitions != partition]
        self.partitions[self.partitions == partition] = others[0] if len(others) else partition

    store.drop = drop


@defect("long-text-accepted")
def _long_text_accepted(copy: ModelCopy) -> None:
    _without(copy, "value_rules", "_check_texts")


@defect("dimension-of-rows-unchecked")
def _dimension_of_rows_unchecked(copy: ModelCopy) -> None:
    _without(copy, "value_rules", "_check_dim")


@defect("length-of-binary-rows-unchecked")
def _length_of_binary_rows_unchecked(copy: ModelCopy) -> None:
    before, refusal = copy["value_rules"]._dense, copy["rules"].RefusalError

    def dense(state: Any, field: Any, column: Any) -> Any:
        try:
            return before(state, field, column)
        except refusal as refused:
            if not refused.rule.endswith("binary-vector-length"):
                raise
            width = copy["value_rules"].dim_of(field) // 8
            raw = column.vectors.binary_vector
            return np.frombuffer(raw[: len(raw) // width * width], dtype=np.uint8).reshape(-1, width)

    copy.replace("value_rules", "_dense", dense)
