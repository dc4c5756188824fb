"""langchain-milvus as its users use it: add, search, filter, change and delete texts."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fake_embeddings import TEXTS, embed, tell
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_milvus import Milvus


class FakeEmbeddings(Embeddings):
    """Vectors of nobody's model."""

    def embed_documents(self, texts):
        """Return a vector of each text."""
        return [embed(text) for text in texts]

    def embed_query(self, text):
        """Return the vector of a text."""
        return embed(text)


def main():
    """Keep texts, and find them again."""
    store = Milvus(
        embedding_function=FakeEmbeddings(),
        collection_name="LangChainBooks",
        connection_args={"uri": os.environ["MTCK_URI"]},
        index_params={"index_type": "FLAT", "metric_type": "L2"},
        consistency_level="Strong",
        drop_old=True,
    )
    documents = [
        Document(page_content=text, metadata={"shelf": number % 2, "title": text}) for number, text in enumerate(TEXTS)
    ]
    keys = [f"book-{number}" for number in range(len(documents))]
    tell("added", store.add_documents(documents, ids=keys))
    tell("found", store.similarity_search(TEXTS[0], k=2)[0].page_content)
    tell("scored", len(store.similarity_search_with_score(TEXTS[1], k=3)))
    tell("filtered", len(store.similarity_search(TEXTS[0], k=4, expr="shelf == 1")))
    tell("diverse", len(store.max_marginal_relevance_search(TEXTS[2], k=2, fetch_k=4)))
    tell("retrieved", len(store.as_retriever(search_kwargs={"k": 2}).invoke(TEXTS[4])))
    tell("keys", store.get_pks(expr="shelf == 0"))
    store.upsert(ids=keys[:1], documents=[Document(page_content="changed", metadata={"shelf": 1, "title": "changed"})])
    tell("changed", store.similarity_search("changed", k=1)[0].page_content)
    tell("deleted", store.delete(ids=keys[:2]))
    tell("left", len(store.similarity_search(TEXTS[0], k=10)))


if __name__ == "__main__":
    main()
