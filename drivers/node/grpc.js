// The Node SDK by MilvusClient, which speaks gRPC.
'use strict';

const { ConsistencyLevelEnum, DataType, ErrorCode, MilvusClient } = require('@zilliz/milvus2-sdk-node');
const { field, fields, given, key, serve } = require('./loop.js');

/** An answer that says no: the SDK returns it, and its user looks at error_code. */
class Refusal extends Error {
  constructor(status) {
    super(status.reason);
    this.status = status;
  }
}

/** Do what the documentation of the SDK says of errors: look whether error_code is SUCCESS. */
function checked(answer) {
  const status = answer.status || answer;
  if (status.error_code !== ErrorCode.SUCCESS) throw new Refusal(status);
  return answer;
}

function describe(error) {
  if (error instanceof Refusal) {
    const { code } = error.status;
    return { kind: 'server', type: 'ResStatus', ...(Number.isInteger(code) ? { code } : {}) };
  }
  // Some methods throw the Status itself.
  if (error && error.error_code !== undefined) return { ...describe(new Refusal(error)), message: String(error.reason) };
  if (error && Number.isInteger(error.code) && 'details' in error) {
    const name = Object.keys(GRPC).find(each => GRPC[each] === error.code) || String(error.code);
    return { kind: name === 'DEADLINE_EXCEEDED' ? 'timeout' : 'grpc', grpc: name };
  }
  // The SDK throws plain errors, also for what a server said.
  return { kind: /^ErrorCode: /.test(error && error.message) ? 'server' : 'client' };
}

// Of what the SDK brings; its user meets these numbers in `code` of what is thrown.
const { status: GRPC } = require(require.resolve('@grpc/grpc-js', { paths: [require.resolve('@zilliz/milvus2-sdk-node')] }));

const within = ({ timeout }) => given({ timeout: timeout === undefined ? undefined : timeout * 1000 });
const of = ({ collection, partition }, options) =>
  ({ collection_name: collection, ...given({ partition_name: partition }), ...within(options) });

async function connect({ uri, token, database }, options) {
  const client = new MilvusClient({ address: uri.replace('http://', ''), ...given({ token, database }), ...within(options) });
  await client.connectPromise;
  return client;
}

const plain = method => async (client, args, options) => void checked(await client[method](of(args, options)));
const asked = method => async (client, args, options) => ({ value: checked(await client[method](of(args, options))).value });

async function create_collection(client, args, options) {
  const id = { name: 'id', is_primary_key: true, autoID: Boolean(args.auto_id) };
  const kind = args.key === 'varchar' ? { data_type: DataType.VarChar, max_length: 200 } : { data_type: DataType.Int64 };
  const more = [
    { name: 'title', data_type: DataType.VarChar, max_length: 200 },
    { name: 'vector', data_type: DataType.FloatVector, dim: args.dim },
  ];
  checked(await client.createCollection({ ...of(args, options), fields: [{ ...id, ...kind }, ...more] }));
}

async function list_collections(client, args, options) {
  return { names: checked(await client.listCollections(within(options))).data.map(each => each.name) };
}

async function describe_collection(client, args, options) {
  const { schema } = checked(await client.describeCollection(of(args, options)));
  return { fields: schema ? schema.fields.map(each => each.name) : [] };
}

async function list_partitions(client, args, options) {
  return { names: checked(await client.listPartitions(of(args, options))).partition_names };
}

async function create_index(client, args, options) {
  const { field: field_name, type: index_type, metric: metric_type } = args;
  checked(await client.createIndex({ ...of(args, options), field_name, index_type, metric_type }));
}

async function flush(client, { collection }, options) {
  checked(await client.flushSync({ collection_names: [collection], ...within(options) }));
}

const written = (method, count) => async (client, args, options) => {
  const found = checked(await client[method]({ ...of(args, options), data: args.rows }));
  const { int_id, str_id } = found.IDs || {};
  return { count: { int: String(found[count]) }, ids: (int_id || str_id || { data: [] }).data.map(key) };
};

async function remove(client, args, options) {
  const { ids, filter } = args;
  checked(await client.delete({ ...of(args, options), ...given({ ids, filter }) }));
}

/** Arguments of everything that reads. */
function reading(args, options) {
  const { filter, ids, output_fields, limit, offset, partitions, consistency } = args;
  const level = consistency === undefined ? undefined : ConsistencyLevelEnum[consistency];
  const more = { filter, ids, output_fields, limit, offset, partition_names: partitions, consistency_level: level };
  return { ...of(args, options), ...given(more) };
}

const read = method => async (client, args, options) =>
  ({ rows: checked(await client[method](reading(args, options))).data.map(fields) });

async function search(client, args, options) {
  const { results } = checked(await client.search({ ...reading(args, options), data: args.vectors }));
  // Of one vector its hits are returned, of several a list for each.
  return { hits: (args.vectors.length === 1 ? [results] : results).map(hits => hits.map(hit)) };
}

function hit({ id, score, ...more }) {
  return { ...given({ id: key(id), score: score === undefined ? undefined : field(score) }), fields: fields(more) };
}

async function query_iterator(client, args, options) {
  const rows = [];
  for await (const page of await client.queryIterator({ ...reading(args, options), batchSize: args.batch }))
    rows.push(...page.map(fields));
  return { rows };
}

const OPERATIONS = {
  connect,
  close: async client => void (await client.closeConnection()),
  create_collection,
  drop_collection: plain('dropCollection'),
  has_collection: asked('hasCollection'),
  list_collections,
  describe_collection,
  create_partition: plain('createPartition'),
  drop_partition: plain('dropPartition'),
  has_partition: asked('hasPartition'),
  list_partitions,
  create_index,
  load: plain('loadCollectionSync'),
  release: plain('releaseCollection'),
  flush,
  insert: written('insert', 'insert_cnt'),
  upsert: written('upsert', 'upsert_cnt'),
  delete: remove,
  get: read('get'),
  query: read('query'),
  search,
  query_iterator,
};

const { version } = require('@zilliz/milvus2-sdk-node/package.json');

serve({ sdk: 'milvus2-sdk-node-grpc', version, features: ['call-timeout'] }, OPERATIONS, describe);
