"""llama-index-vector-stores-milvus as its users use it: add nodes, ask with and without filters, get and delete."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fake_embeddings import DIM, TEXTS, embed, tell
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import ExactMatchFilter, MetadataFilter, MetadataFilters, VectorStoreQuery
from llama_index.core.vector_stores.types import VectorStoreQueryMode
from llama_index.vector_stores.milvus import MilvusVectorStore


def _node(number, text):
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"shelf-{number % 2}")}
    metadata = {"shelf": number % 2, "title": text}
    return TextNode(id_=f"book-{number}", text=text, embedding=embed(text), metadata=metadata, relationships=source)


def _asked(store, text, **more):
    return store.query(VectorStoreQuery(query_embedding=embed(text), similarity_top_k=3, **more))


def main():
    """Keep nodes, and find them again."""
    store = MilvusVectorStore(
        uri=os.environ["MTCK_URI"], collection_name="LlamaBooks", dim=DIM, overwrite=True, consistency_level="Strong"
    )
    nodes = [_node(number, text) for number, text in enumerate(TEXTS)]
    tell("added", store.add(nodes))
    tell("found", _asked(store, TEXTS[0]).ids)
    shelf = MetadataFilters(filters=[ExactMatchFilter(key="shelf", value=1)])
    tell("filtered", _asked(store, TEXTS[0], filters=shelf).ids)
    quoted = MetadataFilters(filters=[MetadataFilter(key="title", value=TEXTS[1])])
    tell("quoted", _asked(store, TEXTS[1], filters=quoted).ids)
    tell("diverse", _asked(store, TEXTS[2], mode=VectorStoreQueryMode.MMR).ids)
    tell("got", len(store.get_nodes(node_ids=["book-1", "book-2"])))
    tell("got by filter", len(store.get_nodes(filters=shelf)))
    store.delete("shelf-0")
    store.delete_nodes(node_ids=["book-1"])
    tell("left", _asked(store, TEXTS[3]).ids)
    store.clear()


if __name__ == "__main__":
    main()
