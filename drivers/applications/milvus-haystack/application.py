"""milvus-haystack as its users use it: write, filter, retrieve, count and delete documents."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fake_embeddings import TEXTS, embed, tell
from haystack import Document, Pipeline
from haystack.document_stores.types import DuplicatePolicy
from milvus_haystack import MilvusDocumentStore, MilvusEmbeddingRetriever


def main():
    """Keep documents, and find them again."""
    store = MilvusDocumentStore(
        collection_name="HaystackBooks", connection_args={"uri": os.environ["MTCK_URI"]}, drop_old=True,
        consistency_level="Strong",
    )  # fmt: skip
    documents = [
        Document(id=f"book-{number}", content=text, embedding=embed(text), meta={"shelf": number % 2, "title": text})
        for number, text in enumerate(TEXTS)
    ]
    tell("written", store.write_documents(documents, policy=DuplicatePolicy.NONE))
    tell("count", store.count_documents())
    shelf = {"field": "meta.shelf", "operator": "==", "value": 1}
    tell("filtered", len(store.filter_documents(filters=shelf)))
    quoted = {"field": "meta.title", "operator": "==", "value": TEXTS[1]}
    tell("quoted", len(store.filter_documents(filters=quoted)))
    pipeline = Pipeline()
    pipeline.add_component("retriever", MilvusEmbeddingRetriever(document_store=store, top_k=3))
    found = pipeline.run({"retriever": {"query_embedding": embed(TEXTS[0])}})["retriever"]["documents"]
    tell("found", found[0].content)
    retriever = MilvusEmbeddingRetriever(document_store=store, filters=shelf, top_k=2)
    tell("found by filter", len(retriever.run(query_embedding=embed(TEXTS[3]))["documents"]))
    store.delete_documents([documents[0].id, documents[1].id])
    tell("count", store.count_documents())


if __name__ == "__main__":
    main()
