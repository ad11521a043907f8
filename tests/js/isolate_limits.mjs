// Which limit ends a program, and what isolate.limits says of it, where several
// were set.

load('lib/check.js');

const MiB = 2 ** 20;
const fill = 'const all = []; for (;;) all.push([1, 2, 3])';

const ends = async (limits, outcome, line, code = '') => {
  const result = await isolate.eval(code + fill, { limits });
  check(JSON.stringify(limits), [result.outcome, result.error.split(' reached')[0]], [outcome, `jshost: ${line}`]);
};
// The lower one bounds V8's heap.
await ends({ jsHeap: '8MiB', total: '7MiB' }, 'total-limit', 'memory limit of 7.00 MiB');
await ends({ jsHeap: '8MiB', total: '8MiB' }, 'total-limit', 'memory limit of 8.00 MiB');
await ends({ total: '8MiB' }, 'total-limit', 'memory limit of 8.00 MiB');
await ends({ jsHeap: '8MiB', total: '64MiB' }, 'js-heap-limit', 'JavaScript heap limit of 8.00 MiB');
await ends({ jsHeap: '8MiB' }, 'js-heap-limit', 'JavaScript heap limit of 8.00 MiB');
// V8's heap doesn't grow with a total that is raised later.
await ends({ total: '8MiB' }, 'js-heap-limit', 'JavaScript heap limit of 8.00 MiB',
           "isolate.setLimits({ total: '64MiB' });");
await ends({ jsHeap: '16MiB' }, 'total-limit', 'memory limit of 8.00 MiB',
           "isolate.setLimits({ total: '8MiB' });");

const limitsOf = async (limits) => (await isolate.eval('isolate.limits', { limits })).result;
const both = await limitsOf({ jsHeap: '8MiB', total: '7MiB' });
check('the lower', [both.jsHeap, both.total], [7 * MiB, 7 * MiB]);
// As V8 rounds them.
check('initial', both.initial, (both.jsHeap - both.young) / 2);
check('code', both.code, 64 * MiB);
const own = await limitsOf({ jsHeap: '64MiB', initial: '8MiB', code: '128MiB' });
check('own', [own.jsHeap, own.initial, own.code], [64 * MiB, 8 * MiB, 128 * MiB]);
const whole = await isolate.eval('[isolate.limits.total, isolate.memory().totalLimit]',
                                 { limits: { jsHeap: '8MiB', total: '7MiB' } });
check('of memory()', whole.result, [7 * MiB, 7 * MiB]);
