// The Node SDK by HttpClient, which speaks the second REST: through `milvus-tck gateway`, before the address it is given.
'use strict';

const { spawn } = require('node:child_process');
const readline = require('node:readline');

const { HttpClient, HttpError } = require('@zilliz/milvus2-sdk-node');
const { Skip, field, fields, given, key, serve } = require('./loop.js');

/** An answer that says no: the SDK returns it, and its user looks at `code`. */
class Refusal extends Error {
  constructor(answer) {
    super(answer.message);
    this.code = answer.code;
  }
}

/** Look at `code`: 0 is success, 200 that of servers before 2.4. */
function checked(answer) {
  if (answer.code !== 0 && answer.code !== 200) throw new Refusal(answer);
  return answer;
}

function describe(error) {
  if (error instanceof Refusal) return { kind: 'server', type: 'HttpBaseResponse', ...given({ code: error.code }) };
  if (error instanceof HttpError) return { kind: 'grpc', message: error.message };
  if (error && error.name === 'AbortError') return { kind: 'timeout' };
  return { kind: error instanceof SyntaxError ? 'decode' : 'client' };
}

/** The gateway before an address, started when it is first needed; it ends with this process. */
const gateways = new Map();
function gateway(upstream) {
  if (!gateways.has(upstream)) gateways.set(upstream, started(upstream));
  return gateways.get(upstream);
}

async function started(upstream) {
  const [program, ...words] = JSON.parse(process.env.MTCK_GATEWAY);
  const process_ = spawn(program, [...words, '--upstream', upstream, '--listen', '127.0.0.1:0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => process_.kill());
  for await (const line of readline.createInterface({ input: process_.stdout })) {
    const told = JSON.parse(line);
    if (told.event === 'listening') return told.url;
  }
  throw new Error('the gateway ended before it listened');
}

const within = ({ timeout }) =>
  timeout === undefined ? undefined : { abortController: new AbortController(), timeout: timeout * 1000 };
const of = ({ collection, partition }) => ({ collectionName: collection, ...given({ partitionName: partition }) });

async function connect({ uri, token, database }, { timeout }) {
  const endpoint = await gateway(uri.replace('http://', ''));
  return new HttpClient({ endpoint, ...given({ token, database, timeout: timeout && timeout * 1000 }) });
}

const plain = method => async (client, args, options) => void checked(await client[method](of(args), within(options)));
const asked = method => async (client, args, options) =>
  ({ value: checked(await client[method](of(args), within(options))).data.has });
const names = method => async (client, args, options) =>
  ({ names: checked(await client[method](given(of(args)), within(options))).data });

async function create_collection(client, args, options) {
  const id = { fieldName: 'id', isPrimary: true };
  const kind = args.key === 'varchar' ? { dataType: 'VarChar', elementTypeParams: { max_length: 200 } } : { dataType: 'Int64' };
  const more = [
    { fieldName: 'title', dataType: 'VarChar', elementTypeParams: { max_length: 200 } },
    { fieldName: 'vector', dataType: 'FloatVector', elementTypeParams: { dim: args.dim } },
  ];
  const schema = { autoID: Boolean(args.auto_id), fields: [{ ...id, ...kind }, ...more] };
  checked(await client.createCollection({ ...of(args), schema }, within(options)));
}

async function describe_collection(client, args, options) {
  return { fields: checked(await client.describeCollection(of(args), within(options))).data.fields.map(each => each.name) };
}

async function create_index(client, args, options) {
  const { field: fieldName, type: index_type, metric: metricType } = args;
  const indexParams = [{ fieldName, indexName: fieldName, metricType, params: { index_type } }];
  checked(await client.createIndex({ ...of(args), indexParams }, within(options)));
}

/** What the requests of the SDK have no member for. */
function lacking(args, ...members) {
  for (const each of members) if (args[each] !== undefined) throw new Skip(`HttpClient has no ${each} here`);
}

const written = (method, count, ids) => async (client, args, options) => {
  lacking(args, 'partition');
  const { data } = checked(await client[method]({ ...of(args), data: args.rows }, within(options)));
  return { count: { int: String(data[count]) }, ids: data[ids].map(key) };
};

async function remove(client, args, options) {
  lacking(args, 'ids');
  checked(await client.delete({ ...of(args), ...given({ filter: args.filter }) }, within(options)));
}

async function get(client, args, options) {
  lacking(args, 'partitions');
  const request = { ...of(args), id: args.ids, ...given({ outputFields: args.output_fields }) };
  return { rows: checked(await client.get(request, within(options))).data.map(fields) };
}

/** Arguments of both that read by something else than keys. */
function reading(args) {
  const { filter, output_fields, limit, offset, partitions, consistency } = args;
  const more = { filter, outputFields: output_fields, limit, offset, partitionNames: partitions, consistencyLevel: consistency };
  return { ...of(args), ...given(more) };
}

async function query(client, args, options) {
  return { rows: checked(await client.query(reading(args), within(options))).data.map(fields) };
}

async function search(client, args, options) {
  const { data } = checked(await client.search({ ...reading(args), data: args.vectors }, within(options)));
  // Of one vector its hits are returned, of several a list for each.
  return { hits: (args.vectors.length === 1 ? [data] : data).map(hits => hits.map(hit)) };
}

function hit({ id, distance, ...more }) {
  return { ...given({ id: key(id), score: distance === undefined ? undefined : field(distance) }), fields: fields(more) };
}

const OPERATIONS = {
  connect,
  close: async () => {},
  create_collection,
  drop_collection: plain('dropCollection'),
  has_collection: asked('hasCollection'),
  list_collections: names('listCollections'),
  describe_collection,
  create_partition: plain('createPartition'),
  drop_partition: plain('dropPartition'),
  has_partition: asked('hasPartition'),
  list_partitions: names('listPartitions'),
  create_index,
  load: plain('loadCollection'),
  release: plain('releaseCollection'),
  flush: plain('flushCollection'),
  insert: written('insert', 'insertCount', 'insertIds'),
  upsert: written('upsert', 'upsertCount', 'upsertIds'),
  delete: remove,
  get,
  query,
  search,
};

const { version } = require('@zilliz/milvus2-sdk-node/package.json');

serve({ sdk: 'milvus2-sdk-node-http', version, features: ['call-timeout', 'rest'] }, OPERATIONS, describe);
