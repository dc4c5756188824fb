"""A client for unary gRPC over HTTP/2 on gevent, made for many small calls.

Where the time goes in other clients, and what is done about it here:

- Header compression. We announce a header table of size 0, so that every header block of a
  reply is a pure function of its bytes: decoding is one look into a dictionary (`replies`).
  Headers of requests are indexed once and then take a few prebuilt bytes (`blocks`).
- System calls. What all greenlets ask for in one turn of the loop leaves in one `send`, and
  one `recv` serves many replies (`connection`).
- Wake-ups. The hub switches straight into the greenlet whose reply is there: no events, no
  queues, no timer per call (`channel` keeps one alarm for the soonest deadline).

Everything off this path (large messages, small windows, padding, CONTINUATION, drains) is
ordinary code beside it.
"""
