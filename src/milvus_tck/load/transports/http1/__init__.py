"""HTTP/1.1 for load: prebuilt requests on kept connections, replies read in the hub.

`transport.HttpTransport` keeps the interface of `milvus_tck.load.transports.base`; a payload is a whole
request, and the body of an answer is what the server wrote.
"""
