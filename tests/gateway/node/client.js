// Runs the HttpClient of the SDK through the life of a collection, and prints what each step answered, a line each.
const { HttpClient } = require('@zilliz/milvus2-sdk-node');

const client = new HttpClient({ endpoint: process.argv[2], acceptInt64: process.argv[3] === 'numbers' });
const name = process.argv[4];
const named = { collectionName: name };

const STEPS = {
  hasNone: () => client.hasCollection({ ...named }),
  create: () => client.createCollection({ ...named, dimension: 4, metricType: 'L2' }),
  has: () => client.hasCollection({ ...named }),
  list: () => client.listCollections(),
  describe: () => client.describeCollection({ ...named }),
  // The id is a text, since JSON.parse of this language has no 64-bit integers.
  insert: () => client.insert({ ...named, data: [
    { id: '9007199254740993', vector: [1, 0, 0, 0], color: 'red' },
    { id: 2, vector: [0, 1, 0, 0], color: 'green' },
  ] }),
  upsert: () => client.upsert({ ...named, data: [{ id: 3, vector: [0, 0, 1, 0], color: 'blue' }] }),
  flush: () => client.flushCollection({ ...named }),
  query: () => client.query({ ...named, filter: 'id > 1', outputFields: ['id', 'color'], limit: 10, consistencyLevel: 'Strong' }),
  get: () => client.get({ ...named, id: ['9007199254740993'], outputFields: ['id', 'color'] }),
  search: () => client.search({ ...named, data: [[0, 1, 0, 0]], annsField: 'vector', limit: 2, outputFields: ['color'], consistencyLevel: 'Strong' }),
  delete: () => client.delete({ ...named, filter: 'id == 2' }),
  left: () => client.query({ ...named, filter: 'id < 10', outputFields: ['id'], consistencyLevel: 'Strong' }),
  indexes: () => client.listIndexes({ ...named }),
  index: () => client.describeIndex({ ...named, indexName: 'vector' }),
  createPartition: () => client.createPartition({ ...named, partitionName: 'north' }),
  hasPartition: () => client.hasPartition({ ...named, partitionName: 'north' }),
  partitions: () => client.listPartitions({ ...named }),
  createAlias: () => client.createAlias({ ...named, aliasName: `${name}_alias` }),
  alias: () => client.describeAlias({ aliasName: `${name}_alias` }),
  dropAlias: () => client.dropAlias({ aliasName: `${name}_alias` }),
  describeMissing: () => client.describeCollection({ collectionName: 'nowhere' }),
  release: () => client.releaseCollection({ ...named }),
  loadState: () => client.getCollectionLoadState({ ...named }),
  drop: () => client.dropCollection({ ...named }),
  dropAgain: () => client.dropCollection({ ...named }),
};

(async () => {
  for (const [step, run] of Object.entries(STEPS)) {
    let told;
    // After a load that goes on by itself, reads are asked again until it is over: code 101 and 103.
    for (const end = Date.now() + 20000; ;) {
      told = await run().catch((error) => ({ thrown: `${error.message}` }));
      if (![101, 103].includes(told.code) || Date.now() > end) break;
      await new Promise((later) => setTimeout(later, 50));
    }
    process.stdout.write(`${JSON.stringify([step, told])}\n`);
  }
})();
