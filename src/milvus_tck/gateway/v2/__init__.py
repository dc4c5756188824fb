"""The second high-level REST, `/v2/vectordb`: each request is translated to the calls that Milvus makes of it."""
