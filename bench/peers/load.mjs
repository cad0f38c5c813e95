/** Loads one address as its arguments say, and answers in JSON what came back. Runs on a core of its own. */
import autocannon from 'autocannon';

const { url, method, headers, body, connections, seconds, perSecond, warmUpSeconds } = JSON.parse(process.argv[2]);
const load = (duration) =>
  autocannon({ url, method, headers, body, connections, overallRate: perSecond, duration, timeout: 60 });

if (warmUpSeconds > 0) await load(warmUpSeconds);
process.stdout.write('started\n');
const before = process.cpuUsage();
const result = await load(seconds);
const { user, system } = process.cpuUsage(before);
const { latency, throughput, errors, timeouts, non2xx } = result;
const answers = result['2xx'];
console.log(
  JSON.stringify({
    answers,
    failures: errors + timeouts + non2xx,
    bytes: throughput.total,
    seconds: result.duration,
    p50: latency.p50,
    p99: latency.p99,
    cpuSeconds: (user + system) / 1e6,
  }),
);
