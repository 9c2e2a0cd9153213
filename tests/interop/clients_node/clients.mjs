// SPDX-License-Identifier: Apache-2.0
//
// Node.js clients at their ordinary work. Run: node clients.mjs PORT [WORK ...]; each work prints
// "ok NAME", and the first that fails ends the run with what went wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Queue, QueueEvents, Worker, FlowProducer } from 'bullmq';
import Redis from 'ioredis';
import { createClient } from 'redis';

const port = Number(process.argv[2]);
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };

/** Resolves when `test` holds; it is asked again every few milliseconds. */
async function until(what, test, limitMs = 20_000) {
  const end = Date.now() + limitMs;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const works = {
  async ioredis() {
    const client = new Redis(connection);
    const other = new Redis(connection);
    const replies = await client.pipeline().set('i:a', '1').incr('i:a').get('i:a').hset('i:h', { x: 1, y: 2 }).exec();
    assert.deepEqual(replies.map(([, reply]) => reply), ['OK', 2, '2', 2]);
    assert.deepEqual(await client.hgetall('i:h'), { x: '1', y: '2' });
    const committed = await client.multi().rpush('i:l', 'a', 'b').lrange('i:l', 0, -1).exec();
    assert.deepEqual(committed, [[null, 2], [null, ['a', 'b']]]);
    client.defineCommand('addTo', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])" });
    assert.equal(await client.addTo('i:n', 40), 40);
    assert.equal(await client.addTo('i:n', 2), 42);
    await client.watch('i:n');
    await other.set('i:n', 'changed');
    assert.equal(await client.multi().get('i:n').exec(), null);
    const popped = client.brpop('i:q', 10);
    await until('the client is blocked', async () => /blocked_clients:1/.test(await other.info('clients')));
    await other.lpush('i:q', 'job');
    assert.deepEqual(await popped, ['i:q', 'job']);
    const got = [];
    other.on('pmessage', (pattern, channel, message) => got.push([pattern, channel, message]));
    await other.psubscribe('news.*');
    assert.equal(await client.publish('news.tech', 'hi'), 1);
    await until('the message comes', () => got.length === 1);
    assert.deepEqual(got, [['news.*', 'news.tech', 'hi']]);
    for (let i = 0; i < 300; i++) client.set(`i:scan:${i}`, i);
    const keys = new Set();
    for await (const some of client.scanStream({ match: 'i:scan:*', count: 50 })) some.forEach((key) => keys.add(key));
    assert.equal(keys.size, 300);
    await client.xadd('i:s', '*', 'k', 'v');
    const [[, entries]] = await client.xread('COUNT', 10, 'STREAMS', 'i:s', 0);
    assert.deepEqual(entries[0][1], ['k', 'v']);
    await assert.rejects(client.lpush('i:a', 'x'), /^ReplyError: WRONGTYPE/);
    client.disconnect();
    other.disconnect();
  },

  async nodeRedis() {
    const client = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    await client.set('r:a', 'x', { EX: 100 });
    assert.equal(await client.get('r:a'), 'x');
    assert.deepEqual(await client.multi().incr('r:n').incr('r:n').get('r:n').exec(), [1, 2, '2']);
    await client.zAdd('r:z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }]);
    assert.deepEqual(await client.zRangeWithScores('r:z', 0, -1), [{ value: 'a', score: 1 }, { value: 'b', score: 2.5 }]);
    assert.deepEqual([...(await client.sMembers('r:none'))], []);
    const id = await client.xAdd('r:s', '*', { field: 'value' });
    await client.xGroupCreate('r:s', 'group', '0');
    const read = await client.xReadGroup('group', 'me', { key: 'r:s', id: '>' }, { COUNT: 1 });
    assert.equal(read[0].messages[0].id, id);
    assert.equal(await client.xAck('r:s', 'group', id), 1);
    assert.equal(await client.eval('return ARGV[1]', { keys: [], arguments: ['there'] }), 'there');
    await client.geoAdd('r:g', { longitude: 13.361389, latitude: 38.115556, member: 'Palermo' });
    assert.equal(await client.geoDist('r:g', 'Palermo', 'Palermo'), 0);
    const subscriber = await client.duplicate().connect();
    const heard = [];
    await subscriber.subscribe('r:c', (message) => heard.push(message));
    await client.publish('r:c', 'one');
    await until('the message comes', () => heard[0] === 'one');
    const found = [];
    for await (const key of client.scanIterator({ MATCH: 'r:*' })) found.push(key);
    assert.ok(found.includes('r:z'));
    await subscriber.quit();
    await client.quit();
  },

  async bullmq() {
    const queue = new Queue('work', { connection });
    const events = new QueueEvents('work', { connection });
    await events.waitUntilReady();
    const done = new Map();
    let failures = 0;
    const worker = new Worker('work', async (job) => {
      if (job.name === 'flaky' && job.attemptsMade === 0) {
        failures += 1;
        throw new Error('the first attempt fails');
      }
      await job.updateProgress(50);
      done.set(job.id, (done.get(job.id) ?? 0) + 1);
      return job.data.n * 2;
    }, { connection, concurrency: 8 });
    await worker.waitUntilReady();
    const many = Array.from({ length: 200 }, (_, n) => ({ name: 'job', data: { n }, opts: { priority: n % 3 } }));
    await queue.addBulk(many);
    const delayed = await queue.add('late', { n: 21 }, { delay: 100 });
    const flaky = await queue.add('flaky', { n: 1 }, { attempts: 2, backoff: { type: 'fixed', delay: 20 } });
    assert.equal(await delayed.waitUntilFinished(events, 20_000), 42);
    assert.equal(await flaky.waitUntilFinished(events, 20_000), 2);
    await until('all are done', async () => (await queue.getJobCounts('completed')).completed === 202);
    assert.equal(done.size, 202);
    assert.ok([...done.values()].every((times) => times === 1), 'no job was run twice');
    assert.equal(failures, 1);
    const flows = new FlowProducer({ connection });
    const tree = await flows.add({
      name: 'parent', queueName: 'work', data: { n: 5 },
      children: [{ name: 'child', queueName: 'work', data: { n: 3 } }, { name: 'child', queueName: 'work', data: { n: 4 } }],
    });
    assert.equal(await tree.job.waitUntilFinished(events, 20_000), 10);
    assert.deepEqual(Object.values(await tree.job.getChildrenValues()).sort(), [6, 8]);
    await queue.pause();
    assert.equal(await queue.isPaused(), true);
    await queue.resume();
    await worker.close();
    await queue.obliterate({ force: true });
    await Promise.all([flows.close(), events.close(), queue.close()]);
  },

  async tracking() {
    const client = new Redis(connection);
    const invalidations = new Redis(connection);
    const id = await invalidations.client('ID');
    await invalidations.subscribe('__redis__:invalidate');
    await client.client('TRACKING', 'ON', 'REDIRECT', id);
    await client.set('t:k', '1');
    await client.get('t:k');
    const told = once(invalidations, 'message');
    const other = new Redis(connection);
    await other.set('t:k', '2');
    const [channel, keys] = await told;
    assert.equal(channel, '__redis__:invalidate');
    assert.match(String(keys), /t:k/);
    [client, invalidations, other].forEach((one) => one.disconnect());
  },
};

const wanted = process.argv.slice(3);
for (const [name, work] of Object.entries(works)) {
  if (wanted.length && !wanted.includes(name)) continue;
  await work();
  console.log(`ok ${name}`);
}
