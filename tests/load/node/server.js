// A server on @grpc/grpc-js: echoes, grows, refuses and waits, as its caller asks; prints its port.
"use strict";
const grpc = require("@grpc/grpc-js");

const bytes = { requestStream: false, responseStream: false };
const same = (buffer) => buffer;
const method = (path) => ({
  ...bytes, path, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
});
const service = {
  Echo: method("/peer.Peer/Echo"),
  Grow: method("/peer.Peer/Grow"),
  Abort: method("/peer.Peer/Abort"),
  Wait: method("/peer.Peer/Wait"),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
server.addService(service, {
  Echo: (call, done) => done(null, call.request),
  Grow: (call, done) => done(null, Buffer.alloc(Number(call.request.toString()))),
  Abort: (call, done) => {
    const [code, ...details] = call.request.toString().split(" ");
    done({ code: Number(code), details: details.join(" ") });
  },
  // Nobody answers; the deadline ends it.
  Wait: () => {},
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on("end", () => process.exit(0)).resume();
