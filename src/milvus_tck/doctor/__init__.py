"""`milvus-tck doctor`: what a run needs of this machine and of an endpoint, step by step."""
