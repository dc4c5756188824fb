// The loop of a driver in JavaScript: nothing but Node, so that it runs beside any SDK.
//
//   serve({ sdk: 'my-sdk', version: '1.0' }, { connect, has_collection }, describe)
//
// `connect` takes arguments and options and returns a client; any other operation takes a client, arguments and
// options. `describe` turns what was thrown into the members of an error. Nothing is added: no retry, no timeout.
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');

/** The SDK has no such operation, or no such argument: says which. */
class Skip extends Error {}

/** Answer requests, one after the other, until there are no more. */
async function serve(hello, operations, describe) {
  // What an SDK prints on the output goes to the error output: winston and console write there.
  const write = answer => fs.writeSync(1, JSON.stringify({ mtck: 1, ...answer }) + '\n');
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const said = { language: `node ${process.versions.node}`, ...hello, operations: Object.keys(operations).sort() };
  const clients = new Map();
  for (const kind of ['uncaughtException', 'unhandledRejection'])
    process.on(kind, error => {
      // Nobody awaits what failed there: no user can handle it, and Node ends.
      process.stderr.write(`${kind}: ${error && error.stack}\n`);
      process.exit(70);
    });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    write({ id: request.id, ...(await answer(request, said, operations, clients, describe)) });
  }
  process.exit(0);
}

async function answer({ op, client = '', args = {}, options = {} }, said, operations, clients, describe) {
  if (op === 'hello') return { ok: true, result: said };
  const operation = operations[op];
  if (!operation) return { skip: `${said.sdk} has no ${op}` };
  try {
    const given = plain(args);
    if (op === 'connect') {
      clients.set(client, await operation(given, options));
      return { ok: true, result: {} };
    }
    const result = (await operation(clients.get(client), given, options)) || {};
    if (op === 'close') clients.delete(client);
    return { ok: true, result };
  } catch (error) {
    if (error instanceof Skip) return { skip: error.message };
    const type = (error && error.constructor && error.constructor.name) || typeof error;
    const told = mistake(error) ? { kind: 'driver' } : describe(error);
    return { ok: false, error: { type, message: String((error && error.message) || error), ...told } };
  }
}

/** Tell a mistake of the driver from what the SDK threw: it looked for what is not there, in a file of ours. */
function mistake(error) {
  if (!(error instanceof TypeError || error instanceof ReferenceError)) return false;
  return (String(error.stack).split('\n').find(line => /^\s+at /.test(line)) || '').includes(__dirname);
}

/** Read a value of the normal form: what a number cannot hold stays a text, which is how the SDK takes it. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  if ('int' in value) return Number.isSafeInteger(Number(value.int)) ? Number(value.int) : value.int;
  if ('float' in value) return Number(value.float.replace('inf', 'Infinity'));
  if ('b64' in value) return Buffer.from(value.b64, 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** Write an integer, however the SDK gives it: a number, or a text of digits. Other texts are texts. */
function key(value) {
  if (typeof value === 'number' || typeof value === 'bigint') return { int: String(value) };
  return typeof value === 'string' && /^-?\d+$/.test(value) ? { int: value } : value;
}

/** Write a value of a field that is no key: numbers are floats, since JavaScript writes 1.0 as 1. */
function field(value) {
  if (typeof value === 'number') return { float: String(value) };
  if (Buffer.isBuffer(value)) return { b64: value.toString('base64') };
  if (Array.isArray(value)) return value.map(field);
  if (value !== null && typeof value === 'object') return fields(value);
  return value === undefined ? null : value;
}

/** Write a row: the fields of the protocol's collections are `id`, which is the key, and others that are not. */
function fields(row) {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name === 'id' ? key(value) : field(value)]));
}

/** Leave out what was not asked for. */
function given(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

module.exports = { Skip, field, fields, given, key, serve };
